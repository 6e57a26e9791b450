"""The handoff packet (docs/protocol.md), made from what a turn knows. Plain values only."""

from typing import Any

from bot.known import known
from bot.summary import summary
from bot.verdict import FALLBACK, NEEDS_PERSON

_RANKED = 8


def located(signal: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The signal with the seq of the message that each piece of evidence stands in."""
    evidence = [one | {"seq": _seq_of(one.get("words", ""), messages)} for one in signal["evidence"]]
    return signal | {"evidence": evidence}


def build(
    parsed: dict[str, Any], turn: dict[str, Any], history: dict[str, Any], model: str, titles: dict[str, str]
) -> dict[str, Any]:
    """`parsed`: what the NLU made of the message; `turn` and `history`: as the channel hands them on; `titles`: of
    topics."""
    messages = turn["messages"]
    signals = [located(signal, messages) for signal in parsed.get("signals") or []]
    intent = parsed.get("intent") or {"name": FALLBACK, "confidence": 0.0}
    said = [(seq, text) for seq, text in history.get("texts", [])]
    said += [(message["seq"], message["text"]) for message in messages]
    words = [one["words"] for signal in signals for one in signal["evidence"]]
    return {
        "version": 1,
        "conversation": turn["conversation"],
        "turn": turn["turn"],
        "channel": turn["context"]["channel"],
        "page": turn["context"]["page"],
        "verified": turn["context"]["verified"],
        "language": language([text for _, text in said]),
        "model": model,
        "reasons": [_reason(signal) for signal in signals] or [_reason_of(intent, messages)],
        "intent": _intent(intent, parsed.get("intent_ranking") or []),
        "known": known(said),
        "tried": [
            one | {"title": titles.get(one["topic"], one["topic"])} for one in history.get("tried", [])
        ],
        "summary": summary([text for _, text in said], words),
        "transcript": turn["transcript"],
    }


def language(texts: list[str]) -> str:
    """ "en" where common English words stand in it, else empty: a guess for whoever routes by language."""
    common = {
        "the",
        "i",
        "is",
        "to",
        "my",
        "a",
        "you",
        "and",
        "it",
        "in",
        "of",
        "not",
        "we",
        "how",
        "what",
        "your",
    }
    words = {word.strip(".,!?'").lower() for text in texts for word in text.split()}
    return "en" if words & common else ""


def _reason(signal: dict[str, Any]) -> dict[str, Any]:
    kind = {"kind": signal["kind"]} if signal.get("kind") else {}
    return {"reason": signal["signal"], "score": signal["score"], "evidence": signal["evidence"]} | kind


def _reason_of(intent: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the intent alone says so (a pressed button, a story of the trainer's)."""
    reason, kind = NEEDS_PERSON.get(intent["name"], ("uncertainty", None))
    evidence = [{"rule": f"intent {intent['name']}", "words": "", "seq": messages[-1]["seq"]}]
    return _reason(
        {"signal": reason, "kind": kind, "score": float(intent["confidence"]), "evidence": evidence}
    )


def _intent(intent: dict[str, Any], ranking: list[dict[str, Any]]) -> dict[str, Any]:
    ranked = [
        {"name": one["name"], "confidence": round(float(one["confidence"]), 4)} for one in ranking[:_RANKED]
    ]
    return {"name": intent["name"], "confidence": round(float(intent["confidence"]), 4), "ranking": ranked}


def _seq_of(words: str, messages: list[dict[str, Any]]) -> int:
    wanted = words.lower()
    for message in messages:
        if wanted and wanted in message["text"].lower().replace("\u2019", "'"):
            return int(message["seq"])
    return int(messages[-1]["seq"])
