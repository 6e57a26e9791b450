"""How it ends: an agent proposes, the customer says; silence is never called solved."""

from typing import Any

from handoff_service.domain import words
from handoff_service.domain.agents import Agent
from handoff_service.domain.entries import Draft, Event, Kind, system
from handoff_service.domain.masking import take_in_optional
from handoff_service.flows.context import Context


async def propose(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str, seen: int
) -> dict[str, Any]:
    """Raises Refusal: not_yours, wrong_move, unread."""
    text = take_in_optional(text)
    hours = ctx.settings.confirm_hours
    return await ctx.scripts.run(
        "propose",
        op=op,
        id=conversation,
        fence=fence,
        seen=seen,
        entries=[Draft(Kind.AGENT, text, name=agent.name).for_script()] if text else [],
        patience=hours * 3_600_000,
        proposed=[system(Event.PROPOSED, words.proposed(agent.name, hours)).for_script()],
        proposed_open=[system(Event.PROPOSED, words.proposed(agent.name, None)).for_script()],
    )


async def answer_proposal(
    ctx: Context, conversation: str, op: str, proposal: str, solved: bool
) -> dict[str, Any]:
    """Yes closes it as solved; no brings it back to the same agent. Raises Refusal: proposal_gone."""
    return await ctx.scripts.run(
        "answer_proposal",
        op=op,
        id=conversation,
        proposal=proposal,
        solved=solved,
        yes=[system(Event.SOLVED, words.SOLVED).for_script()],
        no=[system(Event.NOT_SOLVED, words.NOT_SOLVED).for_script()],
    )


async def end(ctx: Context, conversation: str, op: str) -> dict[str, Any]:
    """The customer ends it. Raises Refusal: wrong_move."""
    return await ctx.scripts.run(
        "end", op=op, id=conversation, entries=[system(Event.ENDED, words.ENDED).for_script()]
    )


async def close_unconfirmed(ctx: Context, conversation: str) -> None:
    entries = [system(Event.UNCONFIRMED, words.UNCONFIRMED).for_script()]
    await ctx.scripts.run("close_unconfirmed", id=conversation, entries=entries)
