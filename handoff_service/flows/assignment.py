"""Who has it: an agent takes from the line, or gives back to it."""

import json
import secrets
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.agents import Agent, lanes
from handoff_service.domain.entries import Event, Kind, system
from handoff_service.domain.masking import take_in_optional
from handoff_service.flows.context import Context
from handoff_service.store.people import PRESENCE_MS

# An agent who has not answered the server's ask for so long does not hold what customers wait for.
LEASE_MS = PRESENCE_MS


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


async def lapse(ctx: Context, agent_id: str, conversation: str) -> None:
    """What an agent left unanswered goes back to its place; nothing happens where the agent is back."""
    left = [system(Event.LEFT, words.LAPSED).for_script()]
    await ctx.scripts.run("lapse", id=conversation, agent=agent_id, lease=LEASE_MS, left=left)


async def give_back(
    ctx: Context, agent: Agent, op: str, conversation: str, fence: str, text: str
) -> dict[str, Any]:
    """Back to the line at its old place, with a note for who comes next. Raises Refusal: not_yours."""
    text = take_in_optional(text)
    note = {"author": {"kind": Kind.AGENT, "name": agent.name}, "event": "gave_back", "text": text}
    return await ctx.scripts.run(
        "give_back",
        op=op,
        id=conversation,
        fence=fence,
        note=json.dumps(note, ensure_ascii=False) if text else None,
        left=[system(Event.LEFT, words.left(agent.name)).for_script()],
    )
