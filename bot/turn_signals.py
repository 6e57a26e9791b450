"""What only several turns together say: an answer did not help, the same is asked again, or it was only thanks."""

import re
from collections.abc import Sequence
from typing import Any

from bot.burst import Judged, Parsed
from bot.packet import located
from bot.verdict import FALLBACK, FAQ, UNCERTAINTY, Evidence, Signal, is_small_talk

_ANSWERS = 2  # to one topic; who asks for it a third time has not found the answer in the first two
# Of first messages one in twelve is small talk, of those that follow an answer one in four (tests/dialogues): so many
# times as high are its odds.
_AFTER_ANSWER = 4
_NO_LETTER = re.compile(r"[\W_]+")


def over_turns(judged: Judged, messages: Sequence[dict[str, Any]], tried: Sequence[dict[str, Any]]) -> Judged:
    """`judged`, as small talk where it is a reaction to an answer, and as uncertainty where answers did not help; any
    other signal of its own stays as it is.

    `tried`: topic, seq and text of each question that the bot has answered since it has the conversation.
    """
    if not tried or any(message.get("payload") for message in messages):
        return judged
    parsed = _as_reaction(judged.verdict)
    if parsed["signals"]:
        return judged
    found = _evidence(judged.text, parsed, tried)
    if not found:
        return Judged(judged.text, parsed, judged.own)
    confidence = float(parsed["intent"]["confidence"])
    signal = located(Signal(UNCERTAINTY, 1 - confidence, None, (found,)).as_dict(), list(messages))
    raised: Parsed = parsed | {"intent": {"name": FALLBACK, "confidence": confidence}, "signals": [signal]}
    return Judged(judged.text, raised, judged.own)


def _as_reaction(parsed: Parsed) -> Parsed:
    """As small talk, if anger and doubt are too weak against what small talk's odds are after an answer.

    A prior shift (Saerens et al. 2002) between small talk and everything else; no rule's signal yields to it, nor
    does any sign of security or of a wish for a person.
    """
    talk = parsed.get("small_talk")
    if not talk or not parsed["signals"]:
        return parsed
    sure = _after_answer(talk["confidence"])
    others = (1 - _after_answer(talk["share"])) / max(1 - talk["share"], 1e-9)
    for shown in parsed["signals"]:
        signal = Signal.from_dict(shown)
        weak = signal.score * others < signal.score - signal.margin
        if signal.signal != UNCERTAINTY and not (signal.signal == "anger" and weak):
            return parsed
    if sure < talk["threshold"]:
        return parsed
    return parsed | {"intent": {"name": talk["name"], "confidence": sure}, "signals": []}


def _after_answer(share: float) -> float:
    return _AFTER_ANSWER * share / (_AFTER_ANSWER * share + 1 - share)


def _evidence(text: str, parsed: Parsed, tried: Sequence[dict[str, Any]]) -> Evidence | None:
    intent = parsed["intent"]["name"]
    same = [one for one in tried if _letters(one["text"]) == _letters(text[: len(one["text"])])]
    if same and not is_small_talk(intent):
        return Evidence("said_again", "", same[-1]["seq"])
    topic = intent.removeprefix(FAQ)
    answered = [one for one in tried if one["topic"] == topic]
    not_helped = parsed["after_answer"]
    if not_helped and (answered or is_small_talk(intent)):
        return Evidence(**not_helped[0])
    if len(answered) >= _ANSWERS:
        return Evidence("same_topic_again", "", answered[-1]["seq"])
    return None


def _letters(text: str) -> str:
    return _NO_LETTER.sub(" ", text.lower()).strip()
