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


# From a state to a state, and what makes the move. The store renders this table into its scripts, so a move is judged
# by it in the same step that makes it; docs/states.md draws it.
MOVES: dict[State, dict[State, str]] = {
    State.BOT: {
        State.WAITING: "a person is asked for, the bot hands over or fails",
        State.CLOSED: "the customer ends it, or is silent for the announced time",
    },
    State.WAITING: {
        State.AGENT: "an agent takes it",
        State.BOT: "never mind",
        State.CLOSED: "the customer ends it",
    },
    State.AGENT: {
        State.WAITING: "given back, passed on, or the agent has vanished",
        State.CONFIRMING: "the agent proposes that it is solved",
        State.BOT: "handed back to the bot",
        State.CLOSED: "the customer ends it; spam, abuse",
    },
    State.CONFIRMING: {
        State.AGENT: "no, or a word of the customer",
        State.WAITING: "the same, and the agent has gone; or given back",
        State.CLOSED: "yes, or silence",
    },
    State.CLOSED: {
        State.WAITING: "the customer is back in time, or asks for a person; spam undone",
        State.BOT: "the customer is back later",
    },
}
