"""The handoff packet (docs/protocol.md), made from what a turn knows. Plain values only."""

from typing import Any

from bot.known import known
from bot.summary import plain, summary
from bot.verdict import FALLBACK, NEEDS_PERSON, UNCERTAINTY

_RANKED = 8
_SHOWN = ("signal", "kind", "score", "evidence")
_COMMON_ENGLISH = frozenset(
    ("the", "i", "is", "to", "my", "a", "you", "and", "it", "in", "of", "not", "we", "how", "what", "your")
)


def located(signal: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The signal with the seq of the message that each piece of evidence stands in, where it has none yet."""
    evidence = [{"seq": _seq_of(one.get("words", ""), messages)} | one for one in signal["evidence"]]
    return signal | {"evidence": evidence}


def seen(seq: int, text: str, parsed: dict[str, Any]) -> dict[str, Any]:
    """What the NLU made of a message, and the facts that stand in it. `parsed`: with located signals."""
    intent = _intent(parsed.get("intent") or {}, parsed.get("intent_ranking") or [])
    return {
        "seq": seq,
        "intent": intent["name"],
        "confidence": intent["confidence"],
        "ranking": intent["ranking"],
        "signals": [{name: signal[name] for name in _SHOWN} for signal in parsed["signals"]],
        "known": known([(seq, text)]),
    }


def build(
    parsed: dict[str, Any], turn: dict[str, Any], history: dict[str, Any], model: str, titles: dict[str, str]
) -> dict[str, Any]:
    """`parsed`: what the turn was judged as. `turn`, `history`: as the channel hands them on. `titles`: of topics."""
    return {
        "version": 1,
        "conversation": turn["conversation"],
        "turn": turn["turn"],
        "page": turn["context"]["page"],
        "verified": turn["context"]["verified"],
        "transcript": turn["transcript"],
    } | body(parsed, turn["messages"], history, turn["context"]["channel"], model, titles)


def body(
    parsed: dict[str, Any],
    messages: list[dict[str, Any]],
    history: dict[str, Any],
    channel: str,
    model: str,
    titles: dict[str, str],
) -> dict[str, Any]:
    """The part of a packet that every bot can fill. `history`: `known`, `tried` and `problem` of the conversation."""
    signals = [located(signal, messages) for signal in parsed.get("signals") or []]
    intent = parsed.get("intent") or {}
    said = [text for text in (history.get("problem"), *(message["text"] for message in messages)) if text]
    words = [one["words"] for signal in signals for one in signal["evidence"]]
    return {
        "channel": channel,
        "language": language(said),
        "model": model,
        "reasons": [_reason(signal) for signal in signals] or [_reason_of(intent, messages)],
        "intent": _intent(intent, parsed.get("intent_ranking") or []),
        "known": history["known"],
        "tried": [_tried(one, titles) for one in history["tried"]],
        "summary": summary(said, words),
    }


def language(texts: list[str]) -> str:
    """ "en" where common English words stand in it, else empty: a guess for whoever routes by language."""
    words = {word.strip(".,!?'").lower() for text in texts for word in text.split()}
    return "en" if words & _COMMON_ENGLISH else ""


def _tried(one: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    return {"topic": one["topic"], "title": titles.get(one["topic"]) or one["topic"], "seq": one.get("seq")}


def _reason(signal: dict[str, Any]) -> dict[str, Any]:
    kind = {"kind": signal["kind"]} if signal.get("kind") else {}
    return {"reason": signal["signal"], "score": signal["score"], "evidence": signal["evidence"]} | kind


def _reason_of(intent: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the intent alone says so (a pressed button, a story of the trainer's)."""
    name = intent.get("name") or FALLBACK
    reason, kind = NEEDS_PERSON.get(name, (UNCERTAINTY, None))
    evidence = [{"rule": f"intent {name}", "words": "", "seq": messages[-1]["seq"]}]
    return _reason(
        {"signal": reason, "kind": kind, "score": float(intent.get("confidence") or 0), "evidence": evidence}
    )


def _intent(intent: dict[str, Any], ranking: list[dict[str, Any]]) -> dict[str, Any]:
    ranked = [
        {"name": one["name"], "confidence": round(float(one["confidence"]), 4)} for one in ranking[:_RANKED]
    ]
    confidence = round(float(intent.get("confidence") or 0.0), 4)
    return {"name": intent.get("name") or FALLBACK, "confidence": confidence, "ranking": ranked}


def _seq_of(words: str, messages: list[dict[str, Any]]) -> int:
    wanted = plain(words)
    for message in messages:
        if wanted and wanted in plain(message["text"]):
            return int(message["seq"])
    return int(messages[-1]["seq"])
