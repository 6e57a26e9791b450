"""To a person: the customer asked, or the bot failed. (Where the bot itself hands over, see bot_turn.)"""

from collections.abc import Sequence
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.cursor import START
from handoff_service.domain.entries import Event, Kind, system
from handoff_service.domain.reasons import ReasonName, urgency
from handoff_service.flows.context import Context
from handoff_service.wire import EvidenceItem, HandoffPacket, ReasonItem, Seen, Transcript, Tried

_TOPIC = "faq_"


async def ask_person(ctx: Context, conversation: str, op: str) -> dict[str, Any]:
    """Needs no bot. Harmless where a person is on the way already."""
    evidence = EvidenceItem(rule="button", words="Talk to a person")
    return await _hand_off(ctx, conversation, op, ReasonName.REQUESTED, evidence, turn=None)


async def bot_failed(ctx: Context, conversation: str, turn: str, rule: str) -> None:
    """The turn is given up, and a person answers in the bot's place. Nothing happens where the turn is over."""
    await _hand_off(ctx, conversation, f"failed {turn}", ReasonName.BOT_FAILED, EvidenceItem(rule=rule), turn)


async def never_mind(ctx: Context, conversation: str, op: str) -> dict[str, Any]:
    """Out of the line. Raises Refusal: wrong_move."""
    entries = [system(Event.BACK_TO_BOT, words.BACK_TO_BOT).for_script()]
    return await ctx.scripts.run("never_mind", op=op, id=conversation, entries=entries)


def urgency_arguments(ctx: Context, reasons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    need = urgency(reasons, ctx.settings.targets)
    return {"reasons": reasons, "target": need.target_ms, "lane": need.lane}


async def _hand_off(
    ctx: Context, conversation: str, op: str, name: ReasonName, evidence: EvidenceItem, turn: str | None
) -> dict[str, Any]:
    reason = ReasonItem(reason=name, evidence=[evidence])
    reasons = [reason.model_dump(mode="json", exclude_none=True)]
    packet = await _own_packet(ctx, conversation, turn, reason)
    done = await ctx.scripts.run(
        "hand_off",
        op=op,
        id=conversation,
        turn=turn,
        packet=packet.model_dump_json(),
        **urgency_arguments(ctx, reasons),
        handed_over=[system(Event.WAITING, words.handed_over(reasons)).for_script()],
    )
    return {"state": done["state"]}


async def _own_packet(ctx: Context, conversation: str, turn: str | None, reason: ReasonItem) -> HandoffPacket:
    """The service's packet where there is none of the bot: from the log, and from what the bot saw until now."""
    read = await ctx.reads.conversation(conversation, START, notes_after="")
    said = [entry.text for entry in read.entries if entry.kind == Kind.CUSTOMER]
    seen = [Seen(seq=int(seq), **nlu) for seq, nlu in sorted(read.nlu.items(), key=lambda item: int(item[0]))]
    return HandoffPacket(
        version=1,
        conversation=conversation,
        turn=turn,
        channel=read.fields["channel"],
        page=read.fields["page"],
        verified=False,
        reasons=[reason],
        known=[fact for one in seen for fact in one.known],
        tried=[_answered(one) for one in seen if one.intent.startswith(_TOPIC)],
        summary=[text[:300] for text in dict.fromkeys([*said[-1:], *said[:1]])],
        transcript=Transcript(
            through_seq=read.cursor.seq, count=len(read.entries), digest=read.fields["digest"]
        ),
    )


def _answered(seen: Seen) -> Tried:
    topic = seen.intent.removeprefix(_TOPIC)
    return Tried(topic=topic, title=topic.replace("_", " ").capitalize(), seq=seen.seq)
