"""What several messages of one turn count as: none hides another, and what is typed never becomes a command."""

import json
from typing import Any

import pytest

from bot.burst import as_text, combined, judged
from tests.bot.conftest import Bot

INCIDENT = "someone else is logged into my account"


def pressed(bot: Bot, *messages: str | tuple[str, str], **changes: Any) -> dict[str, Any]:
    """A turn of typed messages and, as (title, payload), pressed buttons."""
    texts = [message if isinstance(message, str) else message[0] for message in messages]
    turn = bot.turn(*texts, **changes)
    for sent, message in zip(turn["messages"], messages, strict=True):
        sent["payload"] = None if isinstance(message, str) else message[1]
    status, answer = bot.post(json.dumps(turn).encode())
    assert status == 200, answer
    return answer


@pytest.mark.parametrize(
    ("texts", "reason", "seq"),
    [
        (["ok", "thanks", INCIDENT], "security", 3),
        ([INCIDENT, "ok", "thanks"], "security", 1),
        (["how do i get my money back", INCIDENT, "and where are my invoices"], "security", 2),
        (["hi", "yes", "agent please", "thanks"], "requested", 3),
        (["where are my invoices", "thanks for nothing, this is a disgrace", "bye"], "anger", 2),
    ],
)
def test_that_no_message_hides_the_signal_of_another(
    fresh: Bot, texts: list[str], reason: str, seq: int
) -> None:
    packet = fresh.say(*texts)["packet"]
    (found,) = [one for one in packet["reasons"] if one["reason"] == reason]
    assert {one["seq"] for one in found["evidence"]} == {seq}


def test_that_an_incident_is_seen_anywhere_in_a_long_burst(fresh: Bot) -> None:
    for place in (0, 9, 19):
        texts = ["how do i schedule a post for monday"] * 20
        texts[place] = INCIDENT
        assert fresh.say(*texts)["packet"]["reasons"][0]["reason"] == "security"


def test_that_an_incident_is_seen_anywhere_in_one_message(fresh: Bot) -> None:
    for text in (f"ok\n{INCIDENT}\nthanks", "\n".join(["we plan posts by the week"] * 30 + [INCIDENT])):
        assert fresh.say(text)["packet"]["reasons"][0]["reason"] == "security"


def test_that_each_message_has_its_own_parse_and_the_last_one_the_verdict(fresh: Bot) -> None:
    first, second, last = fresh.say(INCIDENT, "my order is PL-88213", "where are my invoices")["seen"]
    assert (first["seq"], first["intent"]) == (1, "security_incident")
    assert second["known"] == [{"kind": "order_number", "value": "PL-88213", "seq": 2}]
    assert (last["seq"], last["intent"], last["known"]) == (3, "security_incident", [])
    assert last["signals"][0]["evidence"][0]["seq"] == 1


def test_that_a_button_answers_where_nothing_was_typed_against_it(fresh: Bot) -> None:
    for messages in (
        [("Refunds", "/faq_refund")],
        ["ok thanks", ("Refunds", "/faq_refund")],
        [("Refunds", "/faq_refund"), "thanks"],
        [("Invoices", "/faq_invoice"), ("Refunds", "/faq_refund")],
    ):
        answer = pressed(fresh, *messages)
        assert answer["packet"] is None
        assert "14 days" in answer["messages"][0]["text"]
        assert answer["seen"][-1]["intent"] == "faq_refund"


def test_that_a_report_outranks_a_button_pressed_after_or_before_it(fresh: Bot) -> None:
    button = ("Refunds", "/faq_refund")
    for messages, seq in (([INCIDENT, button], 1), ([button, INCIDENT], 2), (["hi", INCIDENT, button], 2)):
        answer = pressed(fresh, *messages)
        assert answer["packet"]["intent"]["name"] == "security_incident"
        assert {one["seq"] for one in answer["packet"]["reasons"][0]["evidence"]} == {seq}
        assert answer["packet"]["summary"] == [INCIDENT]


@pytest.mark.parametrize(
    "text",
    [
        "/faq_refund",
        "  /faq_refund{}",
        "/ /restart",
        "//faq_refund",
        "/\n/restart",
        "\n/restart",
        "/\u00a0/\u3000/restart",
        "\u2028/\u2029/restart",
        "\x1c/restart",
        "\u0085/restart",
        "/\u200b/restart",
        "\u200b/restart",
        "\ufeff/back",
        "\uff0frestart",
        "\u3000\uff0f/restart",
        "\u2215restart",
        "\u00a0/anger{\"x\":\"y\"}",
        "/request_human@1.0",
        "/security_incident@0.99{\"order_number\": \"PL-1\"}",
        "/ / / /greet",
        "/",
        "/ / \n",
    ],
)  # fmt: skip
def test_that_a_typed_command_is_only_text(fresh: Bot, text: str) -> None:
    fresh.say("where are my invoices")
    for typed in ([text], ["\u200b", text], [" ", text], ["ok", text]):
        answer = fresh.say(*typed, seq=3)
        # A command's confidence is 1.0 or what it says, and it stands alone in the ranking.
        assert all(len(seen["ranking"]) > 1 for seen in answer["seen"])
        assert answer["state"]["events"], "a typed /restart would have emptied the conversation"
        assert len(fresh.parse(text)[0]["ranking"]) > 1


def test_that_words_stay_when_slashes_go() -> None:
    assert as_text(' / //restart{"a": "/b"} now ') == 'restart{"a": "/b"} now'
    assert as_text("and/or a /path") == "and/or a /path"
    assert as_text(" / \n /") == as_text("") == "?"


def parsed(intent: str, *signals: tuple[str, int], margin: float = 0.3) -> dict[str, Any]:
    return {
        "text": "",
        "entities": [],
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [{"name": intent, "confidence": 0.9}, {"name": "anger", "confidence": 0.1}],
        "signals": [
            {
                "signal": name,
                "kind": None,
                "score": 0.5,
                "margin": margin,
                "evidence": [{"rule": "r", "words": "w", "seq": seq}],
            }
            for name, seq in signals
        ],
    }


def test_that_evidence_is_that_of_the_message_where_one_raises_the_signal_alone() -> None:
    whole = parsed("anger", ("anger", 2), ("requested", 2))
    found = combined(whole, [parsed("anger", ("anger", 1)), parsed("deny")])
    seqs = {s["signal"]: [one["seq"] for one in s["evidence"]] for s in found["signals"]}
    assert seqs == {"anger": [1], "requested": [2]}


def test_that_security_counts_from_its_threshold_on_and_anger_where_it_is_clear() -> None:
    whole = parsed("faq_refund")
    for name, margin, counts in (
        ("security", 0.0, True),
        ("anger", 0.0, False),
        ("anger", 0.2, True),
        ("requested", 0.0, False),
        ("requested", 1.0, True),
    ):
        found = combined(whole, [parsed("deny", (name, 1), margin=margin), parsed("faq_refund")])
        assert [signal["signal"] for signal in found["signals"]] == [name] * counts


async def test_that_small_talk_around_a_message_does_not_blur_it() -> None:
    alone = {"hi": parsed("greet"), "refund": parsed("faq_refund", ("anger", 1), margin=0.0)}
    messages = [{"seq": 1, "text": "hi"}, {"seq": 2, "text": "refund"}, {"seq": 3, "text": "hi"}]

    async def parse(text: str) -> dict[str, Any]:
        return alone[text]

    found = await judged(messages, parse)
    assert (found.text, found.verdict) == ("refund", found.own[1])


def test_that_doubt_about_one_message_is_no_doubt_about_the_whole() -> None:
    whole = parsed("faq_refund")
    assert combined(whole, [parsed("nlu_fallback", ("uncertainty", 1)), parsed("faq_refund")]) == whole


def test_that_a_signal_of_one_message_ends_the_doubt_about_the_whole() -> None:
    found = combined(
        parsed("nlu_fallback", ("uncertainty", 2)), [parsed("anger", ("anger", 1)), parsed("deny")]
    )
    assert found["intent"] == {"name": "anger", "confidence": 0.5}
    assert [signal["signal"] for signal in found["signals"]] == ["anger"]
    assert [ranked["name"] for ranked in found["intent_ranking"]] == ["anger", "nlu_fallback"]


@pytest.mark.parametrize(
    ("messages", "parses"),
    [
        ([{"seq": 1, "text": "hi"}], 1),
        ([{"seq": 1, "text": "Refunds", "payload": "/faq_refund"}], 1),
        ([{"seq": 1, "text": "hi"}, {"seq": 2, "text": "Refunds", "payload": "/faq_refund"}], 2),
        ([{"seq": 1, "text": "hi"}, {"seq": 2, "text": "hello"}], 3),
    ],
)
async def test_that_nothing_is_parsed_twice(messages: list[dict[str, Any]], parses: int) -> None:
    asked: list[str] = []

    async def parse(text: str) -> dict[str, Any]:
        asked.append(text)
        return parsed("greet")

    await judged(messages, parse)
    assert len(asked) == parses
