"""An agent writes: to the customer, or a note to colleagues; or says when the next word comes."""

import hashlib
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.agents import Agent
from handoff_service.domain.entries import Draft, Event, Kind, note, system
from handoff_service.domain.masking import take_in
from handoff_service.flows.context import Context

_LONGEST_PROMISE_MS = 30 * 24 * 3_600_000


async def reply(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str, seen: int
) -> dict[str, Any]:
    """What the customer wrote after `seen` stays unanswered. Raises Refusal: not_yours, text_*."""
    said = take_in(text)
    return await ctx.scripts.run(
        "reply",
        id=conversation,
        agent=agent.id,
        fence=fence,
        client_id=op,
        text=said.text,
        text_hash=hashlib.sha256(said.text.encode()).hexdigest(),
        body=Draft(Kind.AGENT, said.text, name=agent.name, client_id=op, masked=said.kinds).body(),
        seen=seen,
        word=ctx.word_ms,
    )


async def write_note(ctx: Context, agent: Agent, op: str, conversation: str, text: str) -> dict[str, Any]:
    """Raises Refusal: text_*."""
    body = note(Kind.AGENT, agent.name, take_in(text).text)
    return await ctx.scripts.run("note", op=op, id=conversation, agent=agent.id, body=body)


async def promise(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, at: int
) -> dict[str, Any]:
    """The customer sees when they hear from us next, `at` in ms since 1970. Raises Refusal: not_yours, bad_time."""
    return await ctx.scripts.run(
        "promise",
        op=op,
        id=conversation,
        fence=fence,
        at=at,
        longest=_LONGEST_PROMISE_MS,
        word=ctx.word_ms,
        entries=[system(Event.PROMISED, words.promised(agent.name)).for_script()],
    )
