"""What a message means for the conversation: stay with a topic, or go to a person, and why. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

NEEDS_PERSON = {
    "security_incident": ("security", "incident"),
    "security_question": ("security", "question"),
    "anger": ("anger", None),
    "request_human": ("requested", None),
    "out_of_scope": ("uncertainty", None),
}
FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Evidence:
    rule: str
    words: str = ""


@dataclass(frozen=True)
class Signal:
    """`signal` is security, anger, requested or uncertainty; `kind` is incident or question, for security."""

    signal: str
    score: float
    kind: str | None = None
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)


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
            tuple(dict.fromkeys(before.evidence + signal.evidence)),
        )
    return list(merged.values())


def intent_for(signals: list[Signal]) -> str | None:
    """The handoff intent that the gravest signal raises; None where there is no signal."""
    by_name = {signal.signal: signal for signal in signals}
    if "security" in by_name:
        return f"security_{by_name['security'].kind or 'question'}"
    for name, intent in (("anger", "anger"), ("requested", "request_human"), ("uncertainty", FALLBACK)):
        if name in by_name:
            return intent
    return None
