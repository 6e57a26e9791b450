"""What only several turns together say: an answer did not help, or the same is asked again."""

import re
from collections.abc import Sequence
from typing import Any

from bot.burst import Judged, Parsed
from bot.packet import located
from bot.verdict import FALLBACK, UNCERTAINTY, Evidence, Signal, is_small_talk

_TOPIC = "faq_"
_ANSWERS = 2  # to one topic; who asks for it a third time has not found the answer in the first two
_NO_LETTER = re.compile(r"[\W_]+")


def over_turns(judged: Judged, messages: Sequence[dict[str, Any]], tried: Sequence[dict[str, Any]]) -> Judged:
    """`judged`, as uncertainty where the answers before did not help; a signal of its own stays as it is.

    `tried`: topic, seq and text of each question that the bot has answered since it has the conversation.
    """
    parsed = judged.verdict
    if parsed["signals"] or not tried or any(message.get("payload") for message in messages):
        return judged
    found = _evidence(judged.text, parsed, tried)
    if not found:
        return judged
    confidence = float(parsed["intent"]["confidence"])
    signal = located(Signal(UNCERTAINTY, 1 - confidence, None, (found,)).as_dict(), list(messages))
    raised: Parsed = parsed | {"intent": {"name": FALLBACK, "confidence": confidence}, "signals": [signal]}
    return Judged(judged.text, raised, judged.own)


def _evidence(text: str, parsed: Parsed, tried: Sequence[dict[str, Any]]) -> Evidence | None:
    intent = parsed["intent"]["name"]
    same = [one for one in tried if _letters(one["text"]) == _letters(text[: len(one["text"])])]
    if same and not is_small_talk(intent):
        return Evidence("said_again", "", same[-1]["seq"])
    topic = intent.removeprefix(_TOPIC)
    answered = [one for one in tried if one["topic"] == topic]
    not_helped = parsed["after_answer"]
    if not_helped and (answered or is_small_talk(intent)):
        return Evidence(**not_helped[0])
    if len(answered) >= _ANSWERS:
        return Evidence("same_topic_again", "", answered[-1]["seq"])
    return None


def _letters(text: str) -> str:
    return _NO_LETTER.sub(" ", text.lower()).strip()
