"""What is due, on every replica: turns nobody holds, leases that lapsed, timers, offers, alarms."""

import asyncio
from collections.abc import Awaitable

import structlog
from redis.exceptions import RedisError, ResponseError

from handoff_service.domain.agents import handles_incidents
from handoff_service.domain.conversation import Lane
from handoff_service.domain.entries import Kind, note
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import assignment, bot_turn, handoff, resolution, scoring
from handoff_service.flows.context import Context

_log = structlog.get_logger()
EVERY_S = 1.0
# The process that took the message asks at once; this is for those that could not.
_SCORE_AFTER_MS = 5_000


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
        await _alone(_take_up(ctx, conversation))
    for agent, conversation, gone in await ctx.reads.lapsed(now - ctx.lease_ms):
        await _alone(assignment.lapse(ctx, agent, conversation, gone))
    for what, conversation in await ctx.reads.due_timers(now):
        await _alone(_due(ctx, what, conversation))
    for conversation in await ctx.reads.idle(now - ctx.idle_ms):
        await _alone(resolution.close_idle(ctx, conversation))
    for conversation, seq, since in await ctx.reads.unscored(now - _SCORE_AFTER_MS):
        if now - since > scoring.GIVE_UP_MS:
            await _alone(scoring.give_up(ctx, conversation, seq))
        elif ctx.bot.status == "ready":
            await _alone(scoring.score(ctx, conversation, seq))
    await assignment.offer(ctx)
    await _watch_incidents(ctx, now)


async def _alone(work: Awaitable[object]) -> None:
    """What is wrong with one conversation keeps no other waiting."""
    try:
        await work
    except (Refusal, ResponseError) as error:
        _log.warning("sweep_skipped", error=str(error))


async def _due(ctx: Context, what: str, conversation: str) -> None:
    if what == "confirm":
        await resolution.close_unconfirmed(ctx, conversation)
    else:
        unaccepted = note(Kind.SYSTEM, "", "An offer was not accepted in time.", "not_accepted")
        await ctx.scripts.run("due", id=conversation, what=what, unaccepted=unaccepted)


async def _watch_incidents(ctx: Context, now: int) -> None:
    """An incident in line that nobody on duty may take is an alarm to supervisors, who may."""
    waiting = await ctx.reads.line(Lane.SECURITY)
    ringing = await ctx.reads.ringing("incident_alone")
    if not waiting and not ringing:
        return
    somebody = any(handles_incidents(agent) for agent in await ctx.people.on_duty(now))
    for conversation in {*waiting, *ringing}:
        rings = not somebody and conversation in waiting
        if rings != (conversation in ringing):
            await ctx.scripts.run("incident_alone", id=conversation, rings=rings)


async def _take_up(ctx: Context, conversation: str) -> None:
    """A turn whose process died: asked again under the same id, or past its deadline given to a person."""
    held = await ctx.scripts.run("lease_turn", id=conversation, lease=bot_turn.LEASE_MS)
    if "turn" not in held:
        return
    if held["left"] <= 0:
        await handoff.bot_failed(ctx, conversation, held["turn"], "timed_out")
    else:
        ctx.spawn(bot_turn.run(ctx, conversation, held["turn"], held["left"] / 1000))
