"""A customer writes. Stored first; then, only where the conversation is the bot's, the bot is asked."""

import hashlib
import json
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.conversation import State
from handoff_service.domain.entries import Draft, Event, Kind, system
from handoff_service.domain.masking import Masked, take_in
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import bot_turn, scoring
from handoff_service.flows.context import Context, new_id


async def say(ctx: Context, conversation: str, op: str, text: str) -> dict[str, Any]:
    """Raises Refusal: text_*, other_text, too_many_messages, not_found."""
    return await _store(ctx, conversation, op, take_in(text), choice=None)


async def choose(ctx: Context, conversation: str, op: str, choice: str) -> dict[str, Any]:
    """A press of a button that the bot offered; what it means to the bot never leaves the store.

    Raises Refusal: unknown_choice, not_found.
    """
    fields = await ctx.reads.fields(conversation)
    offered = json.loads(fields.get("choices", "{}")).get(choice)
    title = offered["title"] if offered else await _pressed_before(ctx, conversation, op)
    return await _store(ctx, conversation, op, Masked(title, ()), choice=choice)


async def _pressed_before(ctx: Context, conversation: str, op: str) -> str:
    """A repeat of a press finds its button gone, because the press itself took it away."""
    if title := await ctx.reads.sent_text(conversation, op):
        return title
    raise Refusal("unknown_choice", "That button is not on offer any more.")


async def _store(
    ctx: Context, conversation: str, op: str, said: Masked, choice: str | None
) -> dict[str, Any]:
    patience_s = ctx.bot_patience_s
    done = await ctx.scripts.run(
        "say",
        id=conversation,
        client_id=op,
        text=said.text,
        text_hash=hashlib.sha256(said.text.encode()).hexdigest(),
        body=Draft(Kind.CUSTOMER, said.text, client_id=op, masked=said.kinds).body(),
        choice=choice,
        turn=new_id("t"),
        patience=int(1000 * patience_s),
        turn_lease=bot_turn.LEASE_MS,
        word=ctx.word_ms,
        **ctx.coming_back(),
        reopened=[system(Event.REOPENED, words.REOPENED).for_script()],
    )
    ctx.taps.said(conversation)
    if "turn" in done:
        ctx.spawn(bot_turn.run(ctx, conversation, done["turn"], patience_s))
    elif done["state"] != State.BOT:
        ctx.spawn(scoring.score(ctx, conversation, done["seq"]))
    return {"seq": done["seq"]}
