"""What the bot carries from turn to turn: every fact, the first problem, what it answered; never too much."""

import json
from typing import Any

import pytest

from tests.bot.conftest import Bot

MOST_BYTES = 14_000
EMOJI = "🙂"


def happened(count: int, text: str) -> list[dict[str, Any]]:
    authors = ("customer", "agent")
    return [{"seq": seq, "author": authors[seq % 2], "text": text} for seq in range(2, 2 + count)]


def size(state: dict[str, Any]) -> int:
    return len(json.dumps(state).encode())


def users(state: dict[str, Any]) -> int:
    return sum(event["event"] == "user" for event in state["events"])


def test_that_a_fact_and_the_problem_of_the_first_turn_reach_the_agent(fresh: Bot) -> None:
    fresh.say("Hi! How do I put our VAT number on the invoice? It is for order PL-88213.", seq=1)
    topics = [
        "how do i export my data",
        "how do i turn on two factor",
        "ok thanks",
        "where is the mobile app",
        "how do i reset my password",
        "what does the pro plan cost",
        "how do i invite a colleague",
        "when is support open",
        "how do i delete my account",
        "how do i connect instagram",
        "is there a free trial",
        "how do i schedule a post",
    ]
    for turn, text in enumerate(topics):
        fresh.say(text, seq=3 + 2 * turn)
    packet = fresh.say("can I talk to a human please", seq=31)["packet"]
    assert {"kind": "order_number", "value": "PL-88213", "seq": 1} in packet["known"]
    assert packet["summary"] == [
        "can I talk to a human please",
        "How do I put our VAT number on the invoice?",
    ]
    answered = [(tried["topic"], tried["seq"]) for tried in packet["tried"]]
    assert len(answered) == 12, "11 of these 12, and the first"
    assert answered[0] == ("invoice", 1)
    assert answered[-1][1] == 25


def test_that_a_greeting_or_a_bare_request_is_no_problem(fresh: Bot) -> None:
    for seq, text in ((1, "hello"), (3, "agent please"), (5, "how do i export my data")):
        state = fresh.say(text, seq=seq)["state"]
    assert state["problem"] == "how do i export my data"


def test_that_facts_of_the_stretch_with_a_person_are_known(fresh: Bot) -> None:
    said = happened(2, "It is order PL-88213.")
    packet = fresh.say("get me a human again please", seq=9, happened=said)["packet"]
    assert {"kind": "order_number", "value": "PL-88213", "seq": 2} in packet["known"]


@pytest.mark.parametrize("char", ["a", "ü", "漢", EMOJI])
def test_that_the_state_stays_small_and_keeps_its_turns(fresh: Bot, char: str) -> None:
    fresh.say(f"my invoice is wrong {char * 900}, order PL-88213", seq=1)
    for seq in range(101, 121, 2):
        said = happened(80, char * 3_000) if seq == 101 else []
        state = fresh.say(f"where are my invoices {char * 3_000}", seq=seq, happened=said)["state"]
        assert size(state) <= MOST_BYTES
        assert users(state) >= 1
        assert state["known"][0]["value"] == "PL-88213"
    assert users(state) == 6


def test_that_a_long_stretch_leaves_the_turns_before_it(fresh: Bot) -> None:
    for seq in (1, 3, 5):
        fresh.say("where are my invoices", seq=seq)
    state = fresh.say("how do i export my data", seq=99, happened=happened(80, EMOJI * 4_000))["state"]
    assert users(state) == 4
    assert size(state) <= MOST_BYTES


def test_that_the_state_is_full_of_facts_at_worst(fresh: Bot) -> None:
    for turn in range(30):
        links = " ".join(f"https://x.example/{turn}/{place}/{EMOJI * 30}" for place in range(20))
        state = fresh.say(f"PL-88213 {links}", seq=1 + 2 * turn)["state"]
        assert size(state) <= MOST_BYTES
    assert state["known"][0] == {"kind": "order_number", "value": "PL-88213", "seq": 1}
    assert users(state) >= 1


def test_that_five_hundred_turns_leave_the_state_as_small_as_fifty(fresh: Bot) -> None:
    sizes = [size(fresh.say("how do i schedule a post", seq=seq)["state"]) for seq in range(1, 1001, 2)]
    assert max(sizes[50:]) <= sizes[49] + 100, "only the digits of seq grow"


@pytest.mark.filterwarnings("ignore")  # of what Rasa imports
def test_that_a_slot_outlives_the_turn_that_set_it() -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import SlotSet, UserUttered

    from bot.turn_state import state_from, tracker_from

    mappings = [{"type": "custom"}]
    domain = Domain.from_dict(
        {"intents": ["greet"], "slots": {"seat": {"type": "any", "mappings": mappings}}}
    )
    tracker = tracker_from("c_1", None, domain)
    tracker.update(SlotSet("seat", 7))
    for _ in range(20):
        tracker.update(UserUttered("hi", {"name": "greet", "confidence": 1.0}))
    turn = {"messages": [{"seq": 41, "text": "hi"}]}
    state = state_from(tracker, turn, {"known": [], "tried": [], "afresh": 0, "problem": ""})
    assert users(state) == 6
    assert tracker_from("c_1", json.loads(json.dumps(state)), domain).get_slot("seat") == 7
