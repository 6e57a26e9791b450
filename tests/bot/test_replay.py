"""Whole dialogues in the process: as the service would play them, and what must not happen in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot import dialogue_report
from bot.deciding import load
from bot.models import Models
from bot.replay import local_stores, play
from bot.rows import read_dialogues
from tests.bot.conftest import ROOT, Bot


@pytest.fixture(scope="module")
def agent() -> Any:
    models = Models(ROOT / "models")
    return load(models.path(str(models.promoted())), **local_stores())


def dialogue(
    *turns: str | list[str], expect: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    bursts = [turn if isinstance(turn, list) else [turn] for turn in turns]
    return {"id": "d", "title": "", "turns": bursts, "expect": expect or [], "must_not": []} | more


async def test_that_once_handed_over_it_stays_so_and_what_follows_is_scored(agent: Any) -> None:
    played = await play(
        agent,
        dialogue(
            "how do i get my money back",
            "can I talk to a human please",
            "where are my invoices",
            ["ok", "someone else is logged into my account"],
        ),
    )
    first, asked, later, report = played["after"]
    assert (first["state"], first["topics"]) == ("bot", ["refund"])
    assert "14 days" in first["said"][0]
    assert (asked["state"], asked["reasons"], asked["said"]) == ("handoff", ["requested"], [])
    assert (later["state"], later["reasons"], later["said"]) == ("handoff", ["requested"], [])
    assert report["reasons"] == ["requested", "security"]


async def test_that_a_dialogue_goes_as_with_the_running_bot(agent: Any, fresh: Bot) -> None:
    turns = ["how do i get my money back", "where are my invoices", "how do i get my money back"]
    played = await play(agent, dialogue(*turns))
    for place, text in enumerate(turns):
        answer, here = fresh.say(text, conversation="c_same", seq=2 * place + 1), played["after"][place]
        assert here["said"] == [one["text"] for one in answer["messages"]]
    assert played["after"][-1]["state"] == "handoff"
    assert here["reasons"] == [one["reason"] for one in answer["packet"]["reasons"]] == ["uncertainty"]


def after(*states: tuple[str, list[str], list[str]]) -> list[dict[str, Any]]:
    """Per turn: state, reasons, topics answered."""
    return [
        {
            "turn": number,
            "state": state,
            "reasons": reasons,
            "topics": topics,
            "said": ["Here."] * (state == "bot"),
        }
        for number, (state, reasons, topics) in enumerate(states, 1)
    ]


def test_that_owners_and_reasons_are_counted_after_each_turn() -> None:
    expect = [
        {"after_turn": 1, "state": "bot", "reasons": []},
        {"after_turn": 2, "state": "handoff", "reasons": ["anger", "requested"]},
        {"after_turn": 3, "state": "handoff", "reasons": ["anger"]},
    ]
    states = after(("handoff", ["anger"], []), ("handoff", ["anger"], []), ("handoff", ["anger"], []))
    played = dialogue("a", "b", "c", expect=expect) | {"after": states}
    found = dialogue_report.figures([played])
    assert (found["right owner after a turn"]["share"], found["right owner after a turn"]["n"]) == (2 / 3, 3)
    assert found["handed over for every expected reason"]["share"] == 1 / 2
    assert found["dialogues with the right owner throughout"]["share"] == 0
    text = dialogue_report.markdown("m", [played])
    assert "- d turn 1 «a»: handoff (anger), expected bot" in text
    assert "- d turn 2 «b»: handoff (anger), expected handoff (anger, requested)" in text


@pytest.mark.parametrize(
    ("sentence", "broken", "to_read"),
    [
        ("bot answers with the languages article at turn 2", False, False),
        ("bot answers with the languages article at turn 1", True, False),
        ("bot gives the invoice article", False, True),
        ("bot invents an answer", False, True),
        ("bot invents an answer at turn 2", False, False),
        ("bot asks again after turn 1", False, False),
        ("bot asks again after turn 2", False, False),
        ("bot asks again from turn 1", False, True),
    ],
)
def test_that_what_must_not_happen_is_checked_or_shown(sentence: str, broken: bool, to_read: bool) -> None:
    states = after(("bot", [], ["languages"]), ("handoff", ["anger"], []))
    expect = [{"after_turn": 2, "state": "handoff", "reasons": []}]
    played = dialogue("a", "b", expect=expect, must_not=[sentence]) | {"after": states}
    found = dialogue_report.violations(played)
    assert found == ([sentence] * broken, [sentence] * to_read)
    assert (sentence in dialogue_report.markdown("m", [played])) == (broken or to_read)


def test_that_a_handover_where_none_should_be_is_found() -> None:
    expect = [{"after_turn": 1, "state": "bot", "reasons": []}]
    sentences = ["bot hands the talk to an agent", "bot takes the joke for a complaint"]
    for state, broken in (("bot", []), ("handoff", sentences)):
        played = dialogue("a", expect=expect, must_not=sentences) | {"after": after((state, [], []))}
        assert dialogue_report.violations(played) == (broken, [])


def test_that_dialogues_are_read_with_bursts_and_without_what_is_optional(tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    row = {"turns": ["hi", ["a", "b"]], "expect": [{"after_turn": 2, "state": "handoff"}]}
    file.write_text(json.dumps(row) + "\n")
    (found,) = read_dialogues(file)
    assert found["id"] == "line 1"
    assert found["turns"] == [["hi"], ["a", "b"]]
    assert found["expect"] == [{"after_turn": 2, "state": "handoff", "reasons": []}]
