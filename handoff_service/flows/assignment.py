"""Who has it: an agent takes from the line or is offered the next, gives back, passes on, or sets aside."""

import secrets
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.agents import Agent, lanes, may_see
from handoff_service.domain.conversation import Lane
from handoff_service.domain.entries import Event, Kind, note, system
from handoff_service.domain.masking import take_in, take_in_optional
from handoff_service.domain.reasons import ReasonName
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import bot_turn
from handoff_service.flows.context import Context, new_id


async def take(ctx: Context, agent: Agent, op: str, conversation: str | None) -> dict[str, Any]:
    """The one named, or the next that this agent may take; the result's fence goes with every later write.

    Raises Refusal: taken, line_empty, no_capacity, wrong_move, not_found.
    """
    return await ctx.scripts.run(
        "take",
        op=op,
        id=conversation,
        agent=agent.id,
        name=agent.name,
        lanes=lanes(agent),
        capacity=ctx.settings.capacity,
        fence=secrets.token_urlsafe(16),
        joined=[system(Event.JOINED, words.joined(agent.name)).for_script()],
    )


async def want_offers(ctx: Context, agent: Agent, on: bool) -> dict[str, Any]:
    """Whether this agent is offered the next in line by itself; who misses an offer is asked no more."""
    await ctx.people.want_offers(agent, on, await ctx.scripts.now())
    return {"on": on}


async def offer(ctx: Context) -> None:
    """Offers what waits to who asked for it and is there, longest without one first."""
    for agent in await ctx.people.wanting(await ctx.scripts.now()):
        await ctx.scripts.run(
            "offer",
            agent=agent.id,
            lanes=lanes(agent),
            capacity=ctx.settings.capacity,
            accept=ctx.settings.accept_s * 1000,
        )


async def decline(ctx: Context, agent: Agent, op: str, conversation: str) -> dict[str, Any]:
    return await ctx.scripts.run("decline", op=op, id=conversation, agent=agent.id)


async def lapse(ctx: Context, agent_id: str, conversation: str, gone: bool) -> None:
    """What an agent left unanswered goes back to its place; nothing happens where the agent is back.

    `gone`: the agent may not work here any more, and all of it goes back.
    """
    left = [system(Event.LEFT, words.LAPSED).for_script()]
    await ctx.scripts.run(
        "lapse", id=conversation, agent=agent_id, lease=ctx.lease_ms, left=left, gone=gone or None
    )


async def give_back(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str
) -> dict[str, Any]:
    """Back to the line at its old place, with a note for who comes next. Raises Refusal: not_yours."""
    text = take_in_optional(text).text
    return await ctx.scripts.run(
        "give_back",
        op=op,
        id=conversation,
        fence=fence,
        note=note(Kind.AGENT, agent.name, text, "gave_back") if text else None,
        left=[system(Event.LEFT, words.left(agent.name)).for_script()],
        patience=ctx.settings.give_backs,
    )


async def transfer(
    ctx: Context,
    agent: Agent,
    op: str,
    conversation: str,
    fence: str,
    to: str | None,
    lane: Lane | None,
    text: str,
) -> dict[str, Any]:
    """To a colleague, for whom it is kept for a while, or to a lane. Raises Refusal: not_yours, bad_person, text_*."""
    colleague = await _colleague(ctx, agent, conversation, to, lane) if to else None
    incident = _incident(ctx, text) if lane == Lane.SECURITY else {}
    return await ctx.scripts.run(
        "transfer",
        op=op,
        id=conversation,
        fence=fence,
        note=note(Kind.AGENT, agent.name, take_in(text).text, "transferred"),
        to=to,
        reservation=ctx.settings.reservation_s * 1000,
        left=[
            system(
                Event.LEFT, words.transferred(agent.name, colleague.name if colleague else None)
            ).for_script()
        ],
        **({"lane": lane} | incident),
    )


async def to_bot(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str
) -> dict[str, Any]:
    """Back to the bot, which is told what was said; what nobody answered it answers now.

    Raises Refusal: not_yours, wrong_move.
    """
    text = take_in_optional(text).text
    patience_s = ctx.bot_patience_s
    done = await ctx.scripts.run(
        "to_bot",
        op=op,
        id=conversation,
        fence=fence,
        note=note(Kind.AGENT, agent.name, text, "to_bot") if text else None,
        entries=[system(Event.BACK_TO_BOT, words.to_bot(agent.name)).for_script()],
        turn=new_id("t"),
        patience=int(1000 * patience_s),
        turn_lease=bot_turn.LEASE_MS,
    )
    if "turn" in done:
        ctx.spawn(bot_turn.run(ctx, conversation, done["turn"], patience_s))
    return {"state": done["state"]}


async def snooze(ctx: Context, op: str, conversation: str, fence: str, until: int) -> dict[str, Any]:
    """Raises Refusal: not_yours, unread where the customer waits for an answer, bad_time."""
    done = await ctx.scripts.run("snooze", op=op, id=conversation, fence=fence, until_=until)
    return {"until": done["until_"]}


async def _colleague(ctx: Context, agent: Agent, conversation: str, to: str, lane: Lane | None) -> Agent:
    """Judged by the lane that it goes to. Raises Refusal: bad_person."""
    fields = await ctx.reads.fields(conversation)
    found = next((one for one in await ctx.people.all() if one.id == to and one.id != agent.id), None)
    if not found or not may_see(found, fields | ({"lane": lane} if lane else {})):
        raise Refusal("bad_person", "That colleague may not take this conversation.")
    return found


def _incident(ctx: Context, text: str) -> dict[str, Any]:
    evidence = [{"rule": "transferred", "words": take_in(text).text[:300]}]
    reason = {"reason": ReasonName.SECURITY, "kind": "incident", "score": 1.0, "evidence": evidence}
    return ctx.urgency([reason])
