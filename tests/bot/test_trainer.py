"""What a trainer does: data that is wrong gets a line, and a model that misses somebody is not promoted."""

import json
from pathlib import Path

import pytest

from bot import judge
from bot.check_data import problems

ROOT = Path(__file__).resolve().parents[2]
GOOD = "\n".join(f"    - refund example number {number}" for number in range(12))
DOMAIN = "responses:\n  utter_faq_refund:\n  - text: Here.\n    metadata: {title: Refunds}\n"


def project(folder: Path, nlu: str, domain: str = DOMAIN) -> Path:
    (folder / "data" / "nlu").mkdir(parents=True)
    (folder / "data" / "nlu" / "refund.yml").write_text(nlu, encoding="utf-8")
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    return folder


def nlu(*more: str, intent: str = "faq_refund") -> str:
    return f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{GOOD}\n' + "\n".join(more) + "\n"


def test_that_our_own_data_is_in_order() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (nlu("    - /faq_refund"), 17, "begins with /"),
        (nlu("    - my [order(number)"), 17, "not balanced"),
        (nlu("    -\ttabbed"), 17, "tab"),
        (nlu("  - text: |", "   oops"), 17, ""),
        (
            nlu("- intent: faq_invoice", "  examples: |", "    - refund example number 3"),
            19,
            "stands under faq_refund",
        ),
        (nlu("- intent: frobnicate", "  examples: |", "    - hm"), 19, "unknown"),
        (nlu("- intent: thanks", "  examples: |", "    - ta"), 19, "write at least 12"),
    ],
)
def test_that_bad_data_gets_file_line_and_what_to_do(
    tmp_path: Path, data: str, line: int, words: str
) -> None:
    found = problems(project(tmp_path, data))
    assert any(one.startswith(f"data/nlu/refund.yml:{line}:") and words in one for one in found), found


def test_that_a_missing_answer_and_a_missing_title_are_named(tmp_path: Path) -> None:
    assert any(
        "utter_faq_refund is missing" in one
        for one in problems(project(tmp_path / "a", nlu(), "responses: {}"))
    )
    untitled = "responses:\n  utter_faq_refund:\n  - text: Here.\n"
    assert any("no title" in one for one in problems(project(tmp_path / "b", nlu(), untitled)))


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(judge, "MODELS", tmp_path)
    return tmp_path


def test_that_a_model_that_misses_one_of_the_list_is_not_promoted(models: Path) -> None:
    judge.write_json(models / "candidate.json", {"model": "b.tar.gz", "missed": ["I was hacked"]})
    with pytest.raises(judge.UserError, match="I was hacked"):
        judge.promote()
    assert not (models / "promoted.json").exists()


def test_that_a_promotion_can_be_taken_back(models: Path) -> None:
    for name in ("a.tar.gz", "b.tar.gz"):
        judge.write_json(models / "candidate.json", {"model": name, "missed": []})
        judge.promote()
    assert json.loads((models / "promoted.json").read_text()) == {
        "model": "b.tar.gz",
        "previous": ["a.tar.gz"],
    }
    judge.rollback()
    assert json.loads((models / "promoted.json").read_text()) == {"model": "a.tar.gz", "previous": []}
    with pytest.raises(judge.UserError):
        judge.rollback()


def test_that_rows_that_are_none_are_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "hi"}\n{"txt": "no"}\n')
    with pytest.raises(judge.UserError, match=r"rows.jsonl:2: a row is a JSON object with `text`"):
        judge.read_rows(tmp_path / "rows.jsonl")
