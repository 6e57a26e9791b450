"""Everything behind `make run`, once, with every dialogue played on it; the report at the end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import ROOT, Local
from tests.dialogues.dialogue import ALL, BY_HAND, FROM_FILE, Dialogue
from tests.dialogues.player import Played, play_all
from tests.dialogues.report import report, totals

REPORT = ROOT / "var/dialogues/report.md"
_groups: dict[str, list[Played]] = {}


@pytest.fixture(scope="session")
def baton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    local = Local(Path(tmp_path_factory.mktemp("baton")) / "var", say=lambda line: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUSTED_PROXIES", "127.0.0.1")
        local.start()
    assert local.bot_ready.wait(90), "the bot did not become ready"
    yield local
    local.stop()


@pytest.fixture(scope="session")
def all_played(baton: Local) -> dict[str, Played | Exception]:
    found = asyncio.run(play_all(ALL, baton))
    for heading, dialogues in (("Written by hand", BY_HAND), ("From DIALOGUES", FROM_FILE)):
        played = [one for dialogue in dialogues if isinstance(one := found[dialogue.id], Played)]
        if played:
            _groups[heading] = played
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report(_groups), encoding="utf-8")
    return found


@pytest.fixture(params=ALL, ids=lambda dialogue: dialogue.id)
def played(request: pytest.FixtureRequest, all_played: dict[str, Played | Exception]) -> Played:
    dialogue: Dialogue = request.param
    found = all_played[dialogue.id]
    if isinstance(found, Exception):
        raise found
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _groups:
        return
    terminalreporter.section("dialogues")
    for heading, all_played in _groups.items():
        terminalreporter.line(f"{heading}: {totals(all_played)}.")
    terminalreporter.line(f"Which differ: {REPORT.relative_to(ROOT)}")
