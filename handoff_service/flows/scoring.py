"""What customers write to people is still read for signals: a new reason joins, and nothing is answered.

Each message stands in a set of the store until it is scored, so one that no process got to is found by the sweep.
"""

from typing import Any

from handoff_service.bot_client import BotFailed
from handoff_service.domain.reasons import ReasonName
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context
from handoff_service.wire import Seen

# Doubt is what people are there for, and a wish for a person has come true.
_COUNTS = {ReasonName.SECURITY, ReasonName.ANGER}
GIVE_UP_MS = 3_600_000


async def score(ctx: Context, conversation: str, seq: int) -> None:
    """Nothing happens where the bot cannot be asked: the sweep comes back to it."""
    try:
        read = await ctx.reads.entry(conversation, seq)
        seen = await ctx.bot.parse(seq, read.text)
    except (BotFailed, Refusal):
        return
    await _keep(ctx, conversation, seq, seen)


async def give_up(ctx: Context, conversation: str, seq: int) -> None:
    """After an hour without a bot the message stays unscored; people have it."""
    await _keep(ctx, conversation, seq, None)


async def _keep(ctx: Context, conversation: str, seq: int, seen: Seen | None) -> None:
    reasons = _reasons(seen) if seen else []
    await ctx.scripts.run(
        "score",
        id=conversation,
        seq=seq,
        seen=seen.model_dump_json(exclude={"seq"}) if seen else None,
        **(ctx.urgency(reasons) if reasons else {"reasons": []}),
    )


def _reasons(seen: Seen) -> list[dict[str, Any]]:
    return [
        {
            "reason": signal.signal,
            **({"kind": signal.kind} if signal.kind else {}),
            "score": signal.score,
            "evidence": [one.model_dump(exclude_none=True) for one in signal.evidence],
        }
        for signal in seen.signals
        if signal.signal in _COUNTS
    ]
