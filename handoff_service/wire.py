"""The two wire formats, as the service reads and writes them: the turn (service to bot) and the packet.

docs/protocol.md explains them; tests/wire/ holds the golden files that the bot's side reads too.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handoff_service.domain.reasons import ReasonName

MAX_STATE_BYTES = 16_384
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Short = Annotated[str, StringConstraints(max_length=500)]
Score = Annotated[float, Field(ge=0, le=1)]


class _Wire(BaseModel):
    """Unknown fields are ignored, so that the two sides can be upgraded one after the other."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Transcript(_Wire):
    """The part of the log that a packet covers: up to `through_seq`, `count` entries, the chain's digest there."""

    through_seq: int = Field(ge=0)
    count: int = Field(ge=0)
    digest: str


class Message(_Wire):
    seq: int
    text: str
    payload: str | None = None


class Happened(_Wire):
    seq: int
    author: str
    text: str


class Context(_Wire):
    channel: str
    page: str
    verified: bool


class TurnRequest(_Wire):
    version: Literal[1] = 1
    conversation: str
    turn: str
    deadline_ms: int
    messages: list[Message]
    happened: list[Happened]
    state: Any = None
    context: Context
    transcript: Transcript


class Choice(_Wire):
    id: Short
    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    payload: Short


class Said(_Wire):
    text: Text
    choices: list[Choice] = Field(default_factory=list, max_length=8)


class Ranked(_Wire):
    name: Short
    confidence: Score


class EvidenceItem(_Wire):
    rule: Short
    words: Short = ""
    seq: int | None = None


class ReasonItem(_Wire):
    reason: ReasonName
    kind: Literal["incident", "question"] | None = None
    score: Score = 1.0
    evidence: list[EvidenceItem] = Field(default_factory=list, max_length=50)


class Signal(_Wire):
    signal: Short
    kind: Short | None = None
    score: Score
    evidence: list[EvidenceItem] = Field(default_factory=list)


class Known(_Wire):
    kind: Short
    value: Short
    seq: int


class Seen(_Wire):
    """What the NLU made of the message with this seq, and the facts that stand in the turn's messages."""

    seq: int
    intent: Short
    confidence: Score
    ranking: list[Ranked] = Field(default_factory=list)
    signals: list[Signal] = Field(default_factory=list)
    known: list[Known] = Field(default_factory=list)


class Intent(_Wire):
    name: Short
    confidence: Score
    ranking: list[Ranked] = Field(default_factory=list)


class Tried(_Wire):
    topic: Short
    title: Short
    seq: int | None = None


class PacketFacts(_Wire):
    """What a packet says of a handoff, wherever it comes from."""

    version: Literal[1]
    page: str = ""
    verified: bool = False
    language: Short = ""
    model: Short = ""
    reasons: list[ReasonItem] = Field(min_length=1, max_length=20)
    intent: Intent | None = None
    known: list[Known] = Field(default_factory=list, max_length=200)
    tried: list[Tried] = Field(default_factory=list, max_length=200)
    summary: list[Annotated[str, StringConstraints(max_length=1_000)]] = Field(
        default_factory=list, max_length=2
    )


class HandoffPacket(PacketFacts):
    """Why a conversation goes to a person, what is known, and what was already tried."""

    conversation: str
    turn: str | None
    channel: str
    page: str
    verified: bool
    transcript: Transcript


class ParseAnswer(_Wire):
    """What the NLU made of messages, in the order they were asked."""

    version: Literal[1]
    seen: list[Seen] = Field(min_length=1)


class ForeignSaid(_Wire):
    """`time` in ms since 1970."""

    author: Literal["customer", "bot"]
    text: Annotated[str, StringConstraints(max_length=4_000)]
    time: int = Field(ge=0, le=10**14)


class ForeignHandoff(_Wire):
    """A handoff by a bot that runs elsewhere; `external_id` is its name for the conversation, `operation` for this."""

    version: Literal[1]
    bot: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    operation: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{8,128}$")]
    channel: Annotated[str, StringConstraints(max_length=64)] = ""
    packet: PacketFacts
    transcript: list[ForeignSaid] = Field(max_length=1_000)


class TurnAnswer(_Wire):
    version: Literal[1]
    turn: str
    model: str
    messages: list[Said] = Field(default_factory=list, max_length=10)
    state: Any
    seen: list[Seen] = Field(default_factory=list)
    packet: HandoffPacket | None = None
