"""The states of a conversation and the one table of moves between them (docs/journey.md draws it)."""

from enum import StrEnum


class State(StrEnum):
    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CONFIRMING = "confirming"
    CLOSED = "closed"


class Outcome(StrEnum):
    SOLVED = "solved"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"
    IDLE = "idle"
    SPAM = "spam"
    ABUSE = "abuse"


class Lane(StrEnum):
    GENERAL = "general"
    SECURITY = "security"


# The store renders this table into its scripts, so a move is judged by it in the same step that makes it.
MOVES: dict[State, frozenset[State]] = {
    State.BOT: frozenset({State.WAITING, State.CLOSED}),
    State.WAITING: frozenset({State.WAITING, State.AGENT, State.BOT, State.CLOSED}),
    State.AGENT: frozenset({State.WAITING, State.CONFIRMING, State.BOT, State.CLOSED}),
    State.CONFIRMING: frozenset({State.AGENT, State.WAITING, State.CLOSED}),
    State.CLOSED: frozenset({State.WAITING, State.BOT}),
}
