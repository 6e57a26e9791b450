"""Whatever a customer said reaches the agent, the bot says nothing that it must not, and the right side answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from handoff_service.domain.masking import take_in
from tests.dialogues.dialogue import ALL, BY_HAND, Dialogue
from tests.dialogues.player import Played, by, says
from tests.dialogues.report import owner_right, pairs

RIGHT_OWNER = 0.95


def those_with(what: Callable[[Dialogue], Any]) -> pytest.MarkDecorator:
    """Only the dialogues that have this to be looked for."""
    chosen = [dialogue for dialogue in ALL if what(dialogue)]
    return pytest.mark.parametrize("played", chosen, indirect=True, ids=lambda dialogue: dialogue.id)


def test_there_are_enough_and_each_says_what_is_expected() -> None:
    assert len(BY_HAND) >= 26
    assert len({dialogue.id for dialogue in ALL}) == len(ALL)
    for dialogue in BY_HAND:
        to_person = any(expected.state == "handoff" for expected in dialogue.expected)
        assert dialogue.never and dialogue.expected[-1].after_turn == dialogue.turns, dialogue.id
        assert bool(dialogue.facts) == to_person, dialogue.id


def test_the_agent_reads_every_message_in_order(played: Played) -> None:
    seen = [(entry["seq"], entry["text"]) for entry in _from_customer(played)]
    assert seen == [(seq, said.masked) for seq, said in zip(played.seqs, played.dialogue.said, strict=True)]


@those_with(lambda dialogue: dialogue.facts)
def test_every_fact_stands_at_its_turn(played: Played) -> None:
    texts = {entry["seq"]: entry["text"] for entry in _from_customer(played)}
    missing = [fact for fact in played.dialogue.facts if fact.words not in texts[played.seqs[fact.place]]]
    assert missing == []


@those_with(lambda dialogue: dialogue.known)
def test_known_facts_are_in_the_packet_with_their_seq(played: Played) -> None:
    found = {(one["kind"], one["value"], one["seq"]) for one in played.desk["view"]["packet"]["known"]}
    wanted = {(one.kind, one.value, played.seqs[one.place]) for one in played.dialogue.known}
    assert sorted(wanted - found) == []


@those_with(lambda dialogue: dialogue.never)
def test_the_bot_never_says_what_it_must_not(played: Played) -> None:
    said = {
        rule.rule: texts
        for rule in played.dialogue.never
        if (texts := says(rule.pattern, played.bot_since(rule.from_turn)))
    }
    assert said == {}


def test_the_bot_is_silent_once_a_person_is_called(played: Played) -> None:
    called = next(entry["seq"] for entry in played.log if entry.get("event") == "waiting")
    assert [entry["text"] for entry in played.log if by(entry, "bot") and entry["seq"] > called] == []


@those_with(lambda dialogue: dialogue.hidden)
def test_secrets_stand_nowhere(played: Played) -> None:
    everything = json.dumps([played.log, played.desk], ensure_ascii=False)
    assert [secret for secret in played.dialogue.hidden if secret in everything] == []


def test_each_message_says_what_was_hidden_in_it(played: Played) -> None:
    told = [tuple(entry.get("masked", ())) for entry in _from_customer(played)]
    assert told == [take_in(said.text).kinds for said in played.dialogue.said]


def test_the_right_side_has_the_conversation(all_played: dict[str, Played | Exception]) -> None:
    """After nearly every turn; var/dialogues/report.md names those that differ."""
    played = [one for dialogue in BY_HAND if isinstance(one := all_played[dialogue.id], Played)]
    right = [owner_right(*pair) for one in played for pair in pairs(one)]
    assert sum(right) >= RIGHT_OWNER * len(right)


def _from_customer(played: Played) -> list[dict[str, Any]]:
    return [entry for entry in played.desk["entries"] if by(entry, "customer")]
