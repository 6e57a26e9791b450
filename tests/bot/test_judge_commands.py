"""The commands of bot/judge.py as a trainer runs them: what they refuse in one line, and what they write."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot import judge
from bot.errors import UserError
from bot.models import Models
from bot.screen import Screen
from tests.bot.conftest import ROOT, Bot

PROMOTED = Models(ROOT / "models")


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot.judge", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def written(folder: Path, *rows: Any, name: str = "rows.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"not json\n", ":1: not JSON"),
        (b'{"text": "hi"}\n{"text": "hi"\n', ":2: not JSON"),
        (b"[" * 100_000, ":1: not JSON"),
        (b'["hi"]\n', ":1: a row is a JSON object with `text`"),
        (b'{"text": "hi"}\n\n{"txt": "no"}\n', ":3: a row is a JSON object with `text`"),
        (b'{"text": 5}\n', ":1: `text` is not a string"),
        (b'{"text": null}\n', ":1: `text` is not a string"),
        (b'{"text": " \\n"}\n', ":1: `text` is empty"),
        (b'{"text": "\\ud83d"}\n', ":1: `text` holds half of a character"),
        (b'{"text": "caf\xe9"}\n', ": not a text in UTF-8"),
        (b"", ": there are no rows"),
        (b"\n\n", ": there are no rows"),
    ],
)
def test_that_a_file_that_holds_no_rows_is_refused_in_one_line(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    ended = run("evaluate", "--rows", file)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"baton: {file}{problem}")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_that_every_bad_line_is_named_up_to_twenty(tmp_path: Path) -> None:
    ended = run("evaluate", "--rows", written(tmp_path, *[{"text": ""}] * 25))
    assert [line.rsplit(":", 2)[1] for line in ended.stderr.splitlines()[:20]] == [
        str(n) for n in range(1, 21)
    ]
    assert ended.stderr.splitlines()[20] == "… and 5 more lines"


def test_that_paths_that_cannot_be_are_refused_in_one_line(tmp_path: Path) -> None:
    rows = written(tmp_path, {"text": "hi"})
    for arguments, problem in (
        (["--rows", tmp_path / "none.jsonl"], "No such file"),
        (["--rows", tmp_path], "Is a directory"),
        (["--dialogues", tmp_path / "none.jsonl"], "No such file"),
        (["--rows", rows, "--out", tmp_path / "none" / "out.jsonl"], "is not there"),
        (["--rows", rows, "--out", tmp_path], "is a folder"),
        (["--rows", rows, "--out", rows], "is the file to judge"),
        ([], "ROWS=file.jsonl"),
    ):
        ended = run("evaluate", *arguments)
        assert ended.returncode == 1
        assert ended.stderr.startswith("baton: ")
        assert problem in ended.stderr
        assert ended.stderr.count("\n") == 1
    assert lines_of(rows) == [{"text": "hi"}]


@pytest.mark.parametrize(
    "dialogue",
    [
        {"turns": ["hi"]},
        {"expect": []},
        {"turns": [], "expect": []},
        {"turns": [""], "expect": []},
        {"turns": [["hi", 5]], "expect": []},
        {"turns": ["hi"], "expect": [{"after_turn": 2, "state": "bot"}]},
        {"turns": ["hi"], "expect": [{"after_turn": 1, "state": "nobody"}]},
        ["hi"],
    ],
)
def test_that_what_is_no_dialogue_is_named_by_line(tmp_path: Path, dialogue: Any) -> None:
    good = {"turns": ["hi"], "expect": [{"after_turn": 1, "state": "bot"}]}
    file = written(tmp_path, good, dialogue)
    ended = run("evaluate", "--dialogues", file)
    assert ended.stderr.startswith(f"baton: {file}:2: a dialogue is a JSON object with `turns`")
    assert ended.stderr.count("\n") == 1


def test_that_a_wish_that_is_none_is_refused_before_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_WISH", "be nice")
    ended = run("train")
    assert ended.stderr.startswith("baton: the wish 'be nice' is not understood")
    assert ended.stderr.count("\n") == 1


def test_that_any_text_is_decided_and_only_figures_reach_the_screen(tmp_path: Path) -> None:
    texts = [
        "how do i get my money back",
        "/restart",
        "a" * 10_000,
        "word " * 2_000,
        "one\u2028two\u0085three",
        "where are my invoices?\r\nthanks",
        "\u0000\u200b🙃",
        "someone else is logged into my account",
    ]
    expected: list[dict[str, Any]] = [{} for _ in texts]
    expected[0] = {"route": "answer", "topic": "faq_refund", "reasons": []}
    expected[1] = {"route": "surely", "topic": 5, "reasons": "none"}
    expected[-1] = {"reasons": ["security"]}
    rows = [
        json.dumps({"id": place, "text": text} | wanted, ensure_ascii=False)
        for place, (text, wanted) in enumerate(zip(texts, expected, strict=True))
    ]
    file, out = tmp_path / "rows with a space.jsonl", tmp_path / "out.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    ended = run("evaluate", "--rows", file, "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert "8 messages, 2 of them with what should have happened" in ended.stdout
    assert "| security reaches a person | 100.0% |" in ended.stdout
    assert "warn" not in (ended.stdout + ended.stderr).lower()
    found = lines_of(out)
    assert [row["text"] for row in found] == texts
    assert [row["id"] for row in found] == list(range(8))
    for row in found:
        assert row["route"] in ("answer", "smalltalk", "handoff")
        assert 0 <= row["confidence"] <= 1
        assert row["best_topic"]
        assert bool(row["reasons"]) == (row["route"] == "handoff")
    assert (found[0]["topic"], found[-1]["reasons"]) == ("refund", ["security"])
    assert all(one["rule"] for signal in found[-1]["signals"] for one in signal["evidence"])


def test_that_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    rows = written(tmp_path, {"text": "hi"})
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    for name, problem in (("none.tar.gz", "there is no model"), ("broken.tar.gz", "cannot be loaded")):
        ended = run("evaluate", "--rows", rows, "--model", tmp_path / name)
        assert ended.returncode == 1
        (line,) = [line for line in ended.stderr.splitlines() if line.startswith("baton:")]
        assert problem in line
        assert "Traceback" not in ended.stderr


def decided_by(bot: Bot, text: str, conversation: str) -> tuple[str, str | None, list[str]]:
    answer = bot.say(text, conversation=conversation)
    if answer["packet"]:
        return "handoff", None, [reason["reason"] for reason in answer["packet"]["reasons"]]
    intent = answer["seen"][0]["intent"]
    return "answer" if intent.startswith("faq_") else "smalltalk", intent.removeprefix("faq_"), []


def test_that_a_row_is_decided_as_the_running_bot_decides_a_first_message(fresh: Bot, tmp_path: Path) -> None:
    files = sorted((ROOT / "data" / "regression").glob("*.jsonl"))
    texts = [row["text"] for file in files for row in lines_of(file)[::12]]
    out = tmp_path / "out.jsonl"
    rows = written(tmp_path, *({"text": text} for text in [*texts, "/restart", "  hello\n"]))
    assert run("evaluate", "--rows", rows, "--out", out).returncode == 0
    for place, row in enumerate(lines_of(out)):
        got = row["route"], row["topic"], row["reasons"]
        assert got == decided_by(fresh, row["text"], f"c_{place}"), row["text"]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """A folder with our promoted model as its candidate, and a must-hand-off list of its own."""
    models = Models(tmp_path / "models")
    models.folder.mkdir()
    name = str(PROMOTED.promoted())
    models.path(name).symlink_to(PROMOTED.path(name))
    models.note_candidate(name)
    monkeypatch.setattr(judge, "MODELS", models)
    monkeypatch.setattr(judge, "REGRESSION", tmp_path)
    return models


def screen() -> tuple[Screen, StringIO]:
    out = StringIO()
    return Screen(out, StringIO()), out


def test_that_a_model_that_misses_one_of_the_list_is_not_promoted(models: Models, tmp_path: Path) -> None:
    listed = [{"text": "my account was hacked"}, {"text": "good morning"}]
    written(tmp_path, *listed, name="must_hand_off.jsonl")
    with pytest.raises(UserError, match="«good morning»") as refused:
        judge.promote(screen()[0])
    assert "hacked" not in str(refused.value)
    assert models.promoted() is None


def test_that_a_model_that_misses_none_is_promoted_and_taken_back(models: Models, tmp_path: Path) -> None:
    written(tmp_path, {"text": "my account was hacked"}, name="must_hand_off.jsonl")
    models.path("before.tar.gz").write_bytes(b"")
    models.promote("before.tar.gz")
    show, out = screen()
    judge.promote(show)
    assert models.promoted() == models.candidate()
    judge.promote(show)
    judge.rollback(show)
    assert models.promoted() == "before.tar.gz"
    said = out.getvalue().splitlines()
    assert [line.split()[0] for line in said] == ["Promoted", models.candidate(), "Back"]


def test_that_a_comparison_of_a_model_with_itself_finds_nothing(models: Models, tmp_path: Path) -> None:
    rows = written(tmp_path, {"text": "where are my invoices", "route": "answer", "topic": "invoice"})
    model = models.path(str(models.candidate()))
    show, out = screen()
    judge.compare(show, model, model, rows)
    assert "1 messages: 0 fixed, 0 broken, 0 decided differently" in out.getvalue()
    assert "| FAQ answered rightly | 100.0%" in (models.folder / "report" / "compare.md").read_text()


def test_that_without_models_each_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "MODELS", Models(tmp_path))
    with pytest.raises(UserError, match="run `make train` first"):
        judge.promote(screen()[0])
    with pytest.raises(UserError, match="no model before"):
        judge.rollback(screen()[0])
