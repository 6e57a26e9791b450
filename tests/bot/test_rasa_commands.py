"""The commands that anybody who knows Rasa types, in a copy of the root; nothing else runs.

To the copy a topic is added, as docs/training.md tells: one NLU file and one answer with a title.
"""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter

from bot.check_data import problems
from deploy.local.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
RASA = str(Path(sys.executable).with_name("rasa"))
# As in a terminal where nothing of Baton was ever set.
OF_OURS = {"BOT_TOKEN", "ACTION_URL", "ACTION_TOKEN", "ACTION_PORT", "MODEL"}
ENV = {name: value for name, value in os.environ.items() if name not in OF_OURS} | {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
ANSWER = "Devices from our shop have a warranty of 2 years."
EXAMPLES = [
    "how long is the warranty",
    "warranty period",
    "is there a guarantee on the screen we bought from you",
    "the display stand broke after a year, does the warranty cover it",
    "do your devices come with a guarantee",
    "what does the warranty include",
    "Where do I send a device that broke within the warranty?",
    "warranty on the wall screen",
    "guarantee for hardware?",
    "our wall screen died after 14 months, still under warranty?",
    "Does the warranty also hold for used devices?",
    "how many years of guarantee do i get",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what Rasa reads, with the topic `warranty` added."""
    copy = tmp_path_factory.mktemp("root")
    for name in ("config.yml", "domain.yml", "endpoints.yml"):
        shutil.copy(ROOT / name, copy)
    for name in ("actions", "bot", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "models").mkdir()
    (copy / "models" / "encoder").symlink_to(ROOT / "models" / "encoder")
    (copy / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_stories.yml", copy / "tests")
    lines = "".join(f"    - {example}\n" for example in EXAMPLES)
    written = f'version: "3.1"\nnlu:\n- intent: faq_warranty\n  examples: |\n{lines}'
    (copy / "data" / "nlu" / "warranty.yml").write_text(written, encoding="utf-8")
    answer = f"  utter_faq_warranty:\n  - text: {ANSWER}\n    metadata:\n      title: Warranty\n"
    domain = (copy / "domain.yml").read_text(encoding="utf-8")
    (copy / "domain.yml").write_text(
        domain.replace("responses:\n", f"responses:\n{answer}"), encoding="utf-8"
    )
    return copy


@pytest.fixture(scope="module")
def model(root: Path) -> Path:
    rasa(root, "train", "--fixed-model-name", "tried")
    return root / "models" / "tried.tar.gz"


@pytest.fixture(scope="module")
def results(root: Path, model: Path) -> Path:
    """What `rasa test nlu` and `rasa test core` wrote; both at once, for most of their time is the start."""
    lines = "".join(
        f"    - {text}\n" for text in ("for how many years is the warranty", "is there a guarantee?")
    )
    asked = f"- intent: faq_warranty\n  examples: |\n{lines}- intent: greet\n  examples: |\n    - hello\n"
    (root / "asked.yml").write_text(f'version: "3.1"\nnlu:\n{asked}')
    nlu = start(root, "test", "nlu", "--nlu", "asked.yml", "--model", str(model), "--no-plot")
    core = start(
        root, "test", "core", "--stories", "tests", "--e2e", "--fail-on-prediction-errors", "--no-plot"
    )
    for ran in (nlu, core):
        said(ran)
    return root / "results"


def start(root: Path, *arguments: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [RASA, *arguments], cwd=root, env=ENV, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def said(ran: "subprocess.Popen[str]") -> str:
    output, _ = ran.communicate(timeout=300)
    assert ran.returncode == 0, output[-3000:]
    return output


def rasa(root: Path, *arguments: str) -> str:
    return said(start(root, *arguments))


def rules(root: Path, *data: str) -> dict[str, list[str]]:
    """Intent to what is done after it, as the importer reads it."""
    read = TrainingDataImporter.load_from_config(
        str(root / "config.yml"), str(root / "domain.yml"), list(data)
    )
    steps = [[event.as_story_string() for event in step.events] for step in read.get_stories().story_steps]
    return {asked: done for *_, asked, done in steps}


def test_that_intent_and_rule_of_a_topic_follow_from_its_file_and_answer(root: Path) -> None:
    assert problems(root) == []
    assert rules(root, str(root / "data"))["faq_warranty"] == "utter_faq_warranty"


def test_that_a_rule_of_ones_own_takes_the_place_of_the_implied_one(root: Path, tmp_path: Path) -> None:
    rule = "rules:\n- rule: mine\n  steps:\n  - intent: faq_warranty\n  - action: utter_greet\n"
    (tmp_path / "rules.yml").write_text(rule)
    assert rules(root, str(root / "data"), str(tmp_path))["faq_warranty"] == "utter_greet"


def test_that_rasa_data_validate_finds_nothing(root: Path) -> None:
    told = rasa(root, "data", "validate", "--fail-on-warnings")
    assert "No story structure conflicts found" in told
    assert not re.findall("is not (?:used|listed)|not found in|duplicated", told)


def test_that_rasa_test_nlu_measures_a_small_file(results: Path) -> None:
    report = json.loads((results / "intent_report.json").read_text())
    assert report["faq_warranty"]["recall"] == 1.0 and report["faq_warranty"]["support"] == 2


def test_that_rasa_test_core_plays_the_stories_of_tests(results: Path) -> None:
    report = json.loads((results / "story_report.json").read_text())
    assert report["conversation_accuracy"]["correct"] == report["conversation_accuracy"]["total"] == 2


def test_that_what_the_commands_write_is_ignored_by_git() -> None:
    written = [
        "results/story_report.json",
        ".rasa/cache/x",
        "models/x.tar.gz",
        "train_test_split/x.yml",
        "graph.html",
    ]
    asked = subprocess.run(["git", "check-ignore", *written], cwd=ROOT, capture_output=True, text=True)
    assert asked.stdout.split() == written


def test_that_one_can_type_with_the_bot_alone(root: Path, model: Path) -> None:
    free = str(free_port())
    with (
        Terminal([RASA, "shell", "--port", free], root) as shell,
        Terminal([sys.executable, "-m", "bot.talk"], root) as talk,
    ):
        shell.wait_for("Bot loaded", 240)
        shell.type("how long is the warranty")
        shell.wait_for(ANSWER, 20)
        shell.type("/stop")
        talk.wait_for("Bot loaded", 240)
        talk.type("I want to talk to a person")
        talk.wait_for("This goes to a person", 20)
        talk.type("/stop")


class Terminal:
    """A program that runs as in a terminal; it is told where its cursor is when it asks."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._shown = ""
        self._pid, self._end = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execve(command[0], command, ENV | {"TERM": "xterm"})

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        for _wait in self._until(60):
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self._pid, 15)
            os.waitpid(self._pid, 0)
            raise AssertionError("it did not end at /stop")
        os.close(self._end)

    def type(self, text: str) -> None:
        os.write(self._end, f"{text}\r".encode())

    def wait_for(self, text: str, seconds: float) -> None:
        for _wait in self._until(seconds):
            if text in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self._shown):
                return
        raise AssertionError(f"{text!r} did not appear:\n{self._shown[-2000:]}")

    def _until(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read()
            yield

    def _read(self) -> None:
        if not select.select([self._end], [], [], 0.1)[0]:
            return
        try:
            shown = os.read(self._end, 4096)
        except OSError:  # its end, on Linux
            time.sleep(0.1)
            return
        if b"\x1b[6n" in shown:
            os.write(self._end, b"\x1b[1;1R")
        self._shown += shown.decode(errors="replace")
