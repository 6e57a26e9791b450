"""An agent writes: to the customer, or a note to colleagues."""

import hashlib
import json
from typing import Any

from handoff_service.domain.agents import Agent
from handoff_service.domain.entries import Draft, Kind
from handoff_service.domain.masking import take_in
from handoff_service.flows.context import Context


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
    )


async def note(ctx: Context, agent: Agent, op: str, conversation: str, text: str) -> dict[str, Any]:
    """Raises Refusal: text_*."""
    body = {"author": {"kind": Kind.AGENT, "name": agent.name}, "text": take_in(text).text}
    return await ctx.scripts.run("note", op=op, id=conversation, body=json.dumps(body, ensure_ascii=False))
