"""What the service itself says to a customer. Facts first; no promise that the line does not keep."""

from collections.abc import Mapping, Sequence
from typing import Any

from handoff_service.domain.reasons import ReasonName, is_incident

BOT_NAME = "Assistant"
_INCIDENT = (
    "This goes straight to a person on our security lane, with everything you wrote. "
    "You see here when the first answer is due; after that you hear from us at the latest every {hours}, "
    "until it is settled. Nobody from us will ask for your password."
)
_SENTENCES = {
    ReasonName.SECURITY: (
        "A colleague who answers security questions takes this over and reads everything you wrote. "
        "You see here when the answer is due. Nobody from us will ask for your password."
    ),
    ReasonName.ANGER: (
        "I am sorry. {fact} You need a person: you are in line ahead of everyday questions, and whoever takes "
        "over reads everything above, so you do not have to tell it again."
    ),
    ReasonName.BOT_FAILED: (
        "The assistant could not answer just now; that is our fault, not yours. "
        "A colleague takes over and reads everything above."
    ),
    ReasonName.REQUESTED: (
        "You are in line for a person, and see here when to expect them. They read everything above before they write."
    ),
    ReasonName.UNCERTAINTY: (
        "I cannot answer that reliably, so a colleague who can look into it takes over. "
        "They read everything above first."
    ),
}


def handed_over(reasons: Sequence[Mapping[str, Any]], hours: int, tried: Sequence[str] = ()) -> str:
    """What a customer reads once the conversation is in the line; of several reasons the gravest speaks.

    `hours`: the longest time that a security incident stays without a word. `tried`: titles of what the bot answered.
    """
    named = {reason["reason"] for reason in reasons}
    if any(is_incident(reason) for reason in reasons):
        sentence = _INCIDENT.format(hours="hour" if hours == 1 else f"{hours} hours")
    else:
        chosen = next((name for name in _SENTENCES if name in named), ReasonName.UNCERTAINTY)
        sentence = _SENTENCES[chosen].format(fact=_fact(tried))
    sorry = ReasonName.ANGER in named and not sentence.startswith("I am sorry.")
    return f"I am sorry. {sentence}" if sorry else sentence


def _fact(tried: Sequence[str]) -> str:
    if not tried:
        return "So far only an automatic assistant has read this, and that is not enough."
    return f"My answer about “{tried[-1]}” did not settle it."


def security_report(what: str, since: str) -> str:
    """The red button's screen as the message it is."""
    return f"Security report: {what}" + (f"\nSince: {since}" if since else "")


def joined(name: str) -> str:
    return f"{name} is here and sees everything above."


def left(name: str) -> str:
    return f"{name} has handed the conversation back to the line. You keep your place."


LAPSED = (
    "The person who had your conversation lost their connection. You keep your place, and a colleague who reads "
    "everything above takes over."
)


def proposed(name: str, hours: int | None) -> str:
    if hours is None:
        return f"{name} thinks this is solved. Is it? It stays open until you say so."
    return f"{name} thinks this is solved. Is it? If we hear nothing for {hours} hours, it closes as unconfirmed."


def promised(name: str) -> str:
    return f"{name} says when you hear from us next; the time stands above."


def to_bot(name: str) -> str:
    return (
        f"{name} has handed you back to the assistant, who knows what was said. A person is one click away."
    )


def transferred(name: str, to: str | None) -> str:
    whom = to or "a colleague who can help better"
    return f"{name} has passed this on to {whom}, with a note, so you do not have to tell it again."


NOT_SOLVED = "Not solved yet: back to the same person, ahead of everything new."
SOLVED = "You called it solved. Write here if it comes back."
UNCONFIRMED = (
    "We heard nothing, so this is closed as unconfirmed, not as solved. Write here and it is open again."
)
ENDED = "You ended the conversation. Write here to take it up again."
IDLE = "Nobody has written here for a while, so this is closed. Write here and the assistant is back."
BACK_TO_BOT = "You left the line and are back with the assistant."
REOPENED = "Open again. You are back in the line; who helped you before is asked first."
UNWANTED = {
    "spam": "We took this for advertising and closed it. If that is wrong, press “Talk to a person”.",
    "abuse": "We closed this because of insults. If you need help, press “Talk to a person”; a colleague reads it.",
}
UNDONE = "We closed this by mistake, and are sorry. It is open again, at its old place in the line."
