"""Whatever a customer said reaches the agent, and the bot says nothing that it must not.

Who should have had the conversation after each turn is reported, not asserted: the report names what differs.
"""

import json

from handoff_service.domain.masking import take_in
from tests.dialogues.conftest import BY_HAND
from tests.dialogues.dialogue import Dialogue
from tests.dialogues.player import Played, by, says


def test_there_are_enough_and_each_says_what_is_expected() -> None:
    assert len(BY_HAND) >= 26
    assert len({dialogue.id for dialogue in BY_HAND}) == len(BY_HAND)
    for dialogue in BY_HAND:
        assert dialogue.never and dialogue.expected[-1].after_turn == dialogue.turns, dialogue.id
        assert bool(dialogue.facts) == _should_reach_a_person(dialogue), dialogue.id


def test_the_agent_reads_every_message_in_order(played: Played) -> None:
    seen = [(entry["seq"], entry["text"]) for entry in _from_customer(played)]
    assert seen == [(seq, said.masked) for seq, said in zip(played.seqs, played.dialogue.said, strict=True)]


def test_every_fact_stands_at_its_turn(played: Played) -> None:
    texts = {entry["seq"]: entry["text"] for entry in _from_customer(played)}
    missing = [fact for fact in played.dialogue.facts if fact.words not in texts[played.seqs[fact.place]]]
    assert missing == []


def test_known_facts_are_in_the_packet_with_their_seq(played: Played) -> None:
    packet = played.desk["view"]["packet"]
    found = {(one["kind"], one["value"], one["seq"]) for one in packet["known"]}
    wanted = {(one.kind, one.value, played.seqs[one.place]) for one in played.dialogue.known}
    assert wanted - found == set()


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


def test_secrets_stand_nowhere(played: Played) -> None:
    everything = json.dumps([played.log, played.desk], ensure_ascii=False)
    assert [secret for secret in played.dialogue.hidden if secret in everything] == []


def test_whoever_wrote_a_secret_is_told_its_kind(played: Played) -> None:
    told = [tuple(entry.get("masked", ())) for entry in _from_customer(played)]
    assert told == [take_in(said.text).kinds for said in played.dialogue.said]


def _from_customer(played: Played) -> list[dict[str, object]]:
    return [entry for entry in played.desk["entries"] if by(entry, "customer")]


def _should_reach_a_person(dialogue: Dialogue) -> bool:
    return any(expected.state == "handoff" for expected in dialogue.expected)
