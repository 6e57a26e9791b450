"""What is due, on every replica: turns that nobody holds, leases that lapsed, proposals that timed out."""

import asyncio

import structlog
from redis.exceptions import RedisError

from handoff_service.domain.refusals import Refusal
from handoff_service.flows import assignment, bot_turn, handoff, resolution
from handoff_service.flows.context import Context

_log = structlog.get_logger()
EVERY_S = 1.0


async def for_ever(ctx: Context) -> None:
    while True:
        try:
            await once(ctx)
        except (Refusal, RedisError, OSError) as error:
            _log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def once(ctx: Context) -> None:
    now = await ctx.scripts.now()
    for conversation in await ctx.reads.due_turns(now):
        await _take_up(ctx, conversation)
    for agent, conversation in await ctx.reads.lapsed(now - assignment.LEASE_MS):
        await assignment.lapse(ctx, agent, conversation)
    for what, conversation in await ctx.reads.due_timers(now):
        if what == "confirm":
            await resolution.close_unconfirmed(ctx, conversation)


async def _take_up(ctx: Context, conversation: str) -> None:
    """A turn whose process died: asked again under the same id, or past its deadline given to a person."""
    held = await ctx.scripts.run("lease_turn", id=conversation, lease=bot_turn.LEASE_MS)
    if "turn" not in held:
        return
    if held["left"] <= 0:
        await handoff.bot_failed(ctx, conversation, held["turn"], "timed_out")
    else:
        ctx.spawn(bot_turn.run(ctx, conversation, held["turn"], held["left"] / 1000))
