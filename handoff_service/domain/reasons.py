"""Why a conversation goes to a person, how soon it should be answered, and who may take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from handoff_service.domain.conversation import Lane


class ReasonName(StrEnum):
    SECURITY = "security"
    ANGER = "anger"
    UNCERTAINTY = "uncertainty"
    REQUESTED = "requested"
    BOT_FAILED = "bot_failed"


@dataclass(frozen=True)
class Targets:
    """Seconds from a customer's message to a person's answer, by reason; the earliest of several counts."""

    security_incident: int = 120
    anger: int = 300
    bot_failed: int = 600
    requested: int = 600
    uncertainty: int = 900
    security_question: int = 900

    def of(self, reason: Mapping[str, Any]) -> int:
        name = reason["reason"]
        if name == ReasonName.SECURITY:
            name = f"security_{reason.get('kind') or 'question'}"
        seconds: int = getattr(self, name)
        return seconds


@dataclass(frozen=True)
class Urgency:
    """What the line needs to know of a set of reasons."""

    target_ms: int
    lane: Lane


def urgency(reasons: Sequence[Mapping[str, Any]], targets: Targets) -> Urgency:
    incident = any(is_incident(reason) for reason in reasons)
    return Urgency(
        target_ms=1000 * min(targets.of(reason) for reason in reasons),
        lane=Lane.SECURITY if incident else Lane.GENERAL,
    )


def is_incident(reason: Mapping[str, Any]) -> bool:
    return reason["reason"] == ReasonName.SECURITY and reason.get("kind") == "incident"


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for a reason: the words, the rule that saw them, the message they stand in."""

    rule: str
    words: str = ""
    seq: int | None = None


@dataclass(frozen=True)
class Reason:
    reason: ReasonName
    score: float = 1.0
    kind: str | None = None
    evidence: Sequence[Evidence] = field(default_factory=tuple)
