"""What counts only over several turns, and counts afresh when the bot gets the conversation back."""

from typing import Any

import pytest

from bot.burst import Judged
from bot.rules import Rules, read_rules
from bot.turn_signals import over_turns
from bot.verdict import Signal
from tests.bot.conftest import Bot


def judged(text: str, intent: str, *signals: Signal) -> Judged:
    shown = [signal.as_dict() for signal in signals]
    verdict = {
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [],
        "signals": shown,
        "after_answer": [one.as_dict() for one in RULES.read(text)[1]],
    }
    return Judged(text, verdict, [verdict])


def tried(*asked: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"topic": topic, "seq": 2 * place + 1, "text": text} for place, (topic, text) in enumerate(asked)]


RULES = Rules(read_rules())
INVOICE = ("invoice", "where are my invoices")


def reaction(share: float, *signals: Signal, threshold: float = 0.75) -> Judged:
    """Words in which small talk has this share, and is as sure."""
    read = judged("brilliant, let the thieves in", "anger", *signals)
    read.verdict["small_talk"] = {
        "name": "thanks", "share": share, "confidence": share, "threshold": threshold,
    }  # fmt: skip
    return read


WEAK_ANGER = Signal("anger", 0.4, margin=0.1)
DOUBT = Signal("uncertainty", 0.5)
BY_RULE = Signal("anger", 1.0)
SECURITY = Signal("security", 0.2, "incident", margin=0.1)


def rules_of(read: Judged) -> list[str]:
    return [one["rule"] for signal in read.verdict["signals"] for one in signal["evidence"]]


@pytest.mark.parametrize(
    ("text", "intent", "before", "rule"),
    [
        ("Where are my invoices??", "faq_invoice", tried(INVOICE), "said_again"),
        ("the page with invoices is still empty", "faq_invoice", tried(INVOICE), "did_not_help"),
        ("that didn't help", "deny", tried(INVOICE), "did_not_help"),
        ("and the invoice of may?", "faq_invoice", tried(INVOICE, INVOICE), "same_topic_again"),
    ],
)
def test_that_an_answer_that_did_not_help_calls_a_person(
    text: str, intent: str, before: list[dict[str, Any]], rule: str
) -> None:
    read = over_turns(judged(text, intent), [{"seq": 9, "text": text}], before)
    assert rules_of(read) == [rule]
    assert read.verdict["intent"]["name"] == "nlu_fallback"
    assert read.verdict["signals"][0]["evidence"][0]["seq"] in {1, 3, 9}


@pytest.mark.parametrize(
    ("text", "intent", "before"),
    [
        ("where are my invoices", "faq_invoice", []),
        ("can the invoice have our VAT number", "faq_invoice", tried(INVOICE)),
        ("publishing does not work", "faq_post_failed", tried(INVOICE)),
        ("thanks", "thanks", tried(("thanks", "thanks"), INVOICE)),
    ],
)
def test_that_a_second_question_is_no_complaint(text: str, intent: str, before: list[dict[str, Any]]) -> None:
    assert over_turns(judged(text, intent), [{"seq": 9, "text": text}], before).verdict["signals"] == []


def test_that_a_signal_of_the_message_itself_stays_as_it_is() -> None:
    alarmed = judged("still hacked", "security_incident", Signal("security", 0.9, "incident"))
    assert over_turns(alarmed, [{"seq": 9, "text": "still hacked"}], tried(INVOICE)) is alarmed


def test_that_who_asks_the_same_again_gets_a_person_and_afterwards_an_answer(fresh: Bot) -> None:
    ask = "where can I download my invoices"
    assert fresh.say(ask, seq=1)["packet"] is None
    packet = fresh.say(ask, seq=3)["packet"]
    assert packet["reasons"][0]["reason"] == "uncertainty"
    assert packet["reasons"][0]["evidence"] == [{"rule": "said_again", "words": "", "seq": 1}]
    talked = [{"seq": 5, "author": "agent", "text": "Found them for you."}]
    assert fresh.say(ask, seq=7, happened=talked)["packet"] is None, "it counts afresh"


@pytest.mark.parametrize(
    ("share", "signals", "before", "intent"),
    [
        (0.9, [WEAK_ANGER], tried(INVOICE), "thanks"),
        (0.5, [DOUBT], tried(INVOICE), "thanks"),
        (0.9, [WEAK_ANGER], [], "anger"),
        (0.4, [DOUBT], tried(INVOICE), "anger"),
        (0.3, [WEAK_ANGER], tried(INVOICE), "anger"),
        (0.9, [BY_RULE], tried(INVOICE), "anger"),
        (0.9, [SECURITY], tried(INVOICE), "anger"),
        (0.9, [WEAK_ANGER, SECURITY], tried(INVOICE), "anger"),
    ],
)
def test_that_after_an_answer_small_talk_is_likelier(
    share: float, signals: list[Signal], before: list[dict[str, Any]], intent: str
) -> None:
    read = over_turns(reaction(share, *signals), [{"seq": 9, "text": "brilliant"}], before)
    assert read.verdict["intent"]["name"] == intent
    assert bool(read.verdict["signals"]) == (intent != "thanks")


def test_that_a_reaction_that_says_it_did_not_help_still_calls_a_person() -> None:
    read = reaction(0.9, WEAK_ANGER)
    read.verdict["after_answer"] = [{"rule": "did_not_help", "words": "no luck"}]
    assert rules_of(over_turns(read, [{"seq": 9, "text": "haha, no luck"}], tried(INVOICE))) == [
        "did_not_help"
    ]


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("it still spins", True),
        ("still nothing", True),
        ("I did press Reconnect, and so once more:", True),
        ("as I said, the page is white", True),
        ("still, I learn something new", False),
    ],
)
def test_what_says_that_an_answer_did_not_help(text: str, fires: bool) -> None:
    assert bool(RULES.read(text)[1]) == fires
