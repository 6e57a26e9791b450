"""What a message means for the conversation: stay with a topic, or go to a person, and why. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

NEEDS_PERSON = {
    "security_incident": ("security", "incident"),
    "security_question": ("security", "question"),
    "anger": ("anger", None),
    "request_human": ("requested", None),
    "out_of_scope": ("uncertainty", None),
}
FALLBACK = "nlu_fallback"
FAQ = "faq_"  # how the intent of a topic begins
UNCERTAINTY = "uncertainty"
_MOST_EVIDENCE = 20


@dataclass(frozen=True)
class Evidence:
    rule: str
    words: str = ""
    seq: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """`seq` only where it is known."""
        return {"rule": self.rule, "words": self.words} | ({} if self.seq is None else {"seq": self.seq})


@dataclass(frozen=True)
class Signal:
    """`signal` is security, anger, requested or uncertainty; `kind` is incident or question, for security.

    `margin`: how far its score is above the threshold; that of a rule is 1.
    """

    signal: str
    score: float
    kind: str | None = None
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)
    margin: float = 1.0

    def as_dict(self) -> dict[str, Any]:
        """As Rasa's parse carries it."""
        return {
            "signal": self.signal,
            "kind": self.kind,
            "score": round(self.score, 3),
            "margin": round(self.margin, 3),
            "evidence": [one.as_dict() for one in self.evidence],
        }

    @classmethod
    def from_dict(cls, shown: dict[str, Any]) -> "Signal":
        evidence = tuple(Evidence(one["rule"], one["words"], one.get("seq")) for one in shown["evidence"])
        return cls(shown["signal"], shown["score"], shown["kind"], evidence, shown["margin"])


def merge(signals: Iterable[Signal]) -> list[Signal]:
    """One for each signal: the highest score, all evidence; an incident outranks a question."""
    merged: dict[str, Signal] = {}
    for signal in signals:
        before = merged.get(signal.signal)
        if before is None:
            merged[signal.signal] = signal
            continue
        merged[signal.signal] = Signal(
            signal.signal,
            max(before.score, signal.score),
            "incident" if "incident" in (before.kind, signal.kind) else before.kind or signal.kind,
            tuple(dict.fromkeys(before.evidence + signal.evidence))[:_MOST_EVIDENCE],
            max(before.margin, signal.margin),
        )
    return list(merged.values())


def intent_for(signals: list[Signal]) -> str | None:
    """The handoff intent that the gravest signal raises; None where there is no signal."""
    by_name = {signal.signal: signal for signal in signals}
    if "security" in by_name:
        return f"security_{by_name['security'].kind or 'question'}"
    for name, intent in (("anger", "anger"), ("requested", "request_human"), (UNCERTAINTY, FALLBACK)):
        if name in by_name:
            return intent
    return None


def is_small_talk(intent: str) -> bool:
    """Neither a topic nor something for a person."""
    return not intent.startswith(FAQ) and intent not in NEEDS_PERSON and intent != FALLBACK
