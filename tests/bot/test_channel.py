"""The bot's door: what it takes, what it refuses, and that it keeps nothing between two turns."""

import json
from pathlib import Path

import pytest

from tests.bot.conftest import Bot

WIRE = Path(__file__).resolve().parents[1] / "wire"


def golden(name: str) -> dict:
    return json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))


def same_shape(example: object, found: object) -> bool:
    """Every field of the example is there, with a value of the same kind; of lists, the first items are compared."""
    if isinstance(example, dict):
        return isinstance(found, dict) and all(
            name in found and same_shape(part, found[name]) for name, part in example.items()
        )
    if isinstance(example, list):
        return isinstance(found, list) and (not example or not found or same_shape(example[0], found[0]))
    return example is None or found is None or isinstance(found, type(example))


def test_that_the_golden_turn_is_answered_in_the_golden_shape(fresh: Bot) -> None:
    status, answer = fresh.post(json.dumps(golden("turn_request")).encode())
    assert status == 200
    example = golden("turn_handoff")
    example["state"] = {}
    assert same_shape(example, answer)
    packet = answer["packet"]
    assert packet["reasons"][0]["reason"] == "security"
    assert packet["reasons"][0]["kind"] == "incident"
    assert packet["transcript"] == golden("turn_request")["transcript"]
    known = {(fact["kind"], fact["value"], fact["seq"]) for fact in packet["known"]}
    assert {("order_number", "PL-88213", 3), ("plan", "Pro", 3)} <= known


def test_that_a_question_is_answered(fresh: Bot) -> None:
    answer = fresh.say("how do i get my money back")
    assert "14 days" in answer["messages"][0]["text"]
    assert answer["packet"] is None
    assert answer["seen"][0]["intent"] == "faq_refund"
    assert same_shape(golden("turn_answer") | {"state": {}}, answer)


def test_that_the_packet_says_what_the_bot_has_answered(fresh: Bot) -> None:
    fresh.say("where are my invoices", seq=1)
    fresh.say("how do i export my data", seq=3)
    packet = fresh.say("can I talk to a human please", seq=5)["packet"]
    assert [(tried["topic"], tried["title"], tried["seq"]) for tried in packet["tried"]] == [
        ("invoice", "Invoices and receipts", 1),
        ("export_data", "Exporting your data", 3),
    ]
    assert packet["reasons"][0]["reason"] == "requested"


def test_that_two_conversations_do_not_mix_and_a_repeat_answers_the_same(fresh: Bot) -> None:
    fresh.say("where are my invoices", conversation="c_a")
    fresh.say("how do i turn on two factor", conversation="c_b")
    again = json.dumps(fresh.turn("get me a human", conversation="c_a", seq=3)).encode()
    first, second = fresh.post(again), fresh.post(again)
    assert first == second
    assert [tried["topic"] for tried in first[1]["packet"]["tried"]] == ["invoice"]


def test_that_a_pressed_button_is_an_intent(fresh: Bot) -> None:
    turn = fresh.turn("Refunds")
    turn["messages"][0]["payload"] = "/faq_refund"
    status, answer = fresh.post(json.dumps(turn).encode())
    assert status == 200
    assert "14 days" in answer["messages"][0]["text"]


def test_that_a_burst_is_read_as_one(fresh: Bot) -> None:
    answer = fresh.say("hi", "my card was declined", "what happens to my posts now")
    assert [seen["seq"] for seen in answer["seen"]] == [1, 2, 3]
    assert "We try the card again" in answer["messages"][0]["text"]


def test_that_what_a_person_said_is_not_answered_and_does_not_count(fresh: Bot) -> None:
    happened = [
        {"seq": 1, "author": "customer", "text": "this is a disgrace, give me a human"},
        {"seq": 2, "author": "agent", "text": "I am sorry. Your refund is on its way."},
    ]
    answer = fresh.say("thank you, bye", seq=3, happened=happened)
    assert answer["packet"] is None
    assert answer["seen"][0]["intent"] in {"thanks", "goodbye"}


def test_that_a_parse_answers_in_the_golden_shape(fresh: Bot) -> None:
    status, answer = fresh.post(json.dumps(golden("parse_request")).encode(), route="parse")
    assert status == 200
    assert same_shape(golden("parse_answer"), answer)
    thanks, report = answer["seen"]
    assert (thanks["seq"], thanks["signals"], thanks["known"]) == (7, [], [])
    assert report["signals"][0]["signal"] == "security"
    assert {one["seq"] for signal in report["signals"] for one in signal["evidence"]} == {8}
    assert {"kind": "order_number", "value": "PL-88213", "seq": 8} in report["known"]


def test_that_a_parse_changes_nothing(fresh: Bot) -> None:
    fresh.say("where are my invoices", seq=1)
    turn = json.dumps(fresh.turn("can I talk to a human please", seq=5)).encode()
    before = fresh.post(turn)
    assert fresh.parse("i got hacked", "/restart", seq=3)[0]["intent"] == "security_incident"
    assert fresh.post(turn) == before


def test_that_a_parse_is_for_the_service_only(fresh: Bot) -> None:
    asked = golden("parse_request")
    assert fresh.post(json.dumps(asked).encode(), "wrong", route="parse")[0] == 401
    for change in ({"version": 2}, {"messages": []}, {"messages": [{"seq": 7}]}, {"deadline_ms": None}):
        assert fresh.post(json.dumps(asked | change).encode(), route="parse")[0] == 400
    assert fresh.post(json.dumps(asked | {"deadline_ms": 0}).encode(), route="parse")[0] == 500


@pytest.mark.parametrize("token", ["", "wrong", "token-of-the-test2"])
def test_that_without_the_token_nothing_is_answered(fresh: Bot, token: str) -> None:
    assert fresh.post(json.dumps(fresh.turn("hi")).encode(), token)[0] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"messages": []},
        {"messages": [{"seq": "1", "text": "hi"}]},
        {"messages": [{"seq": 1, "text": None}]},
        {"messages": None},
        {"messages": [{"seq": 1, "text": "hi", "payload": 5}]},
        {"happened": [{"author": "agent", "text": "x"}]},
        {"happened": [{"seq": 1, "author": "bot", "text": "x"}]},
        {"deadline_ms": "soon"},
        {"transcript": None},
    ],
)
def test_that_what_is_not_a_turn_is_refused(fresh: Bot, change: dict) -> None:
    assert fresh.post(json.dumps(fresh.turn("hi") | change).encode())[0] == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff\xfe"])
def test_that_what_is_not_json_is_refused(fresh: Bot, body: bytes) -> None:
    assert fresh.post(body)[0] == 400


def test_that_without_the_action_server_the_turn_fails_and_others_go_on(fresh: Bot) -> None:
    fresh.actions.terminate()
    fresh.actions.wait(20)
    try:
        status, answer = fresh.post(json.dumps(fresh.turn("get me a human please")).encode())
        assert status == 500
        assert "packet" in answer["error"]
        assert fresh.say("how do i get my money back")["messages"]
    finally:
        fresh.restart_actions()
    assert fresh.say("get me a human please", seq=3)["packet"]
