"""How it ends: an agent proposes, the customer says; silence is never called solved; nor is spam."""

from typing import Any, Literal

from handoff_service.domain import words
from handoff_service.domain.agents import Agent, supervises
from handoff_service.domain.entries import Draft, Event, Kind, note, system
from handoff_service.domain.masking import take_in_optional
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context


async def propose(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str, seen: int
) -> dict[str, Any]:
    """Raises Refusal: not_yours, wrong_move, unread."""
    said = take_in_optional(text)
    hours = ctx.settings.confirm_hours
    return await ctx.scripts.run(
        "propose",
        op=op,
        id=conversation,
        fence=fence,
        seen=seen,
        entries=[Draft(Kind.AGENT, said.text, name=agent.name, masked=said.kinds).for_script()]
        if said.text
        else [],
        patience=hours * 3_600_000,
        word=ctx.word_ms,
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
        **ctx.coming_back(),
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


async def close_idle(ctx: Context, conversation: str) -> None:
    """With the bot, and silent for the announced time."""
    entries = [system(Event.IDLE, words.IDLE).for_script()]
    await ctx.scripts.run("close_idle", id=conversation, idle=ctx.idle_ms, entries=entries)


async def unwanted(
    ctx: Context,
    agent: Agent,
    op: str,
    conversation: str,
    fence: str,
    outcome: Literal["spam", "abuse"],
    text: str,
) -> dict[str, Any]:
    """Closes advertising or insults; the customer is told, a supervisor can undo it. Raises Refusal: not_yours."""
    return await ctx.scripts.run(
        "spam",
        op=op,
        id=conversation,
        fence=fence,
        outcome=outcome,
        note=note(Kind.AGENT, agent.name, take_in_optional(text).text, outcome),
        entries=[system(Event.UNWANTED, words.UNWANTED[outcome]).for_script()],
    )


async def undo_unwanted(ctx: Context, agent: Agent, op: str, conversation: str) -> dict[str, Any]:
    """Back at its place in the line. Raises Refusal: not_allowed where the agent is no supervisor, wrong_move."""
    if not supervises(agent):
        raise Refusal("not_allowed", "A supervisor can undo this.")
    return await ctx.scripts.run(
        "undo_spam",
        op=op,
        id=conversation,
        agent=agent.id,
        note=note(Kind.AGENT, agent.name, "", "undone"),
        word=ctx.word_ms,
        entries=[system(Event.REOPENED, words.UNDONE).for_script()],
    )
