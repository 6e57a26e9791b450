"""Conversations that another company's bot led on a channel of its own: they come to the same line."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from handoff_service.domain import words
from handoff_service.domain.entries import Draft, Event, Kind, system
from handoff_service.domain.masking import mask, take_in_optional
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context
from handoff_service.wire import ForeignHandoff, HandoffPacket, PacketFacts, Transcript

_SIGNATURE_AGE_S = 300


def signing_key(
    keys: Mapping[str, SecretStr], handoff: ForeignHandoff, sent_at: str, body: bytes, signature: str
) -> bytes:
    """The bot's key, where `signature` is the hex HMAC-SHA256 over "<time>.<external id>." and the body, under it.

    `sent_at`: seconds since 1970, at most 5 minutes away. Raises Refusal: bad_signature.
    """
    known = keys.get(handoff.bot)
    key = known.get_secret_value().encode() if known else secrets.token_bytes(32)
    signed = f"{sent_at}.{handoff.external_id}.".encode("utf-8", "replace") + body
    expected = hmac.new(key, signed, hashlib.sha256).hexdigest()
    fresh = sent_at.isascii() and sent_at.isdigit() and abs(time.time() - int(sent_at)) <= _SIGNATURE_AGE_S
    if not fresh or not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Refusal("bad_signature", "The signature does not fit this bot, this time and this body.")
    return key


def conversation_of(handoff: ForeignHandoff) -> str:
    """The same name for the same conversation of the same bot, so that a second post finds the first."""
    return "c_" + hashlib.sha256(f"{handoff.bot}\n{handoff.external_id}".encode()).hexdigest()[:32]


async def receive(ctx: Context, handoff: ForeignHandoff, key: bytes, conversation: str) -> dict[str, Any]:
    """To the line with everything that was said; the same operation again changes nothing.

    The result's token is the customer's: with it the other channel reads what people write, and passes on what the
    customer says.
    """
    token = hmac.new(key, f"token.{conversation}".encode(), hashlib.sha256).hexdigest()
    channel = f"{handoff.bot}: {handoff.channel}"
    entries = _entries(handoff)
    told = _masked(handoff.packet)
    reasons = [one.model_dump(mode="json", exclude_none=True) for one in told.reasons]
    titles = [one.title for one in told.tried]
    announced = words.handed_over(reasons, ctx.settings.next_word_hours, titles)
    done = await ctx.scripts.run(
        "receive",
        id=conversation,
        operation=handoff.operation,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        widget="",
        channel=channel,
        page="",
        entries=entries,
        packet=_packet(told, conversation, channel, len(entries)),
        handed_over=[system(Event.WAITING, announced).for_script()],
        **ctx.urgency(reasons),
        **ctx.coming_back(),
    )
    said = {"conversation": conversation, "token": token, "state": done["state"], "say": announced}
    return said | {"again": "again" in done}


def _entries(handoff: ForeignHandoff) -> list[dict[str, Any]]:
    found = []
    for said in handoff.transcript:
        text = take_in_optional(said.text)
        if text.text:
            kind = Kind.CUSTOMER if said.author == "customer" else Kind.BOT
            name = handoff.bot if kind == Kind.BOT else ""
            draft = Draft(kind, text.text, name=name, masked=text.kinds)
            found.append({**draft.for_script(), "time": said.time})
    return found


def _masked(packet: PacketFacts) -> PacketFacts:
    """Evidence, summary and known facts quote what the customer said; and what stands in the query or fragment of the
    page's address stays outside, as in the widget.
    """

    def hidden(part: Any, field: str) -> Any:
        return part.model_copy(update={field: mask(getattr(part, field)).text})

    return packet.model_copy(
        update={
            "reasons": [
                reason.model_copy(update={"evidence": [hidden(one, "words") for one in reason.evidence]})
                for reason in packet.reasons
            ],
            "page": re.split(r"[?#]", packet.page)[0],
            "summary": [mask(line).text for line in packet.summary],
            "known": [hidden(fact, "value") for fact in packet.known],
        }
    )


def _packet(told: PacketFacts, conversation: str, channel: str, count: int) -> str:
    return HandoffPacket(
        **told.model_dump(),
        conversation=conversation,
        turn=None,
        channel=channel,
        transcript=Transcript(through_seq=count, count=count, digest=""),
    ).model_dump_json()
