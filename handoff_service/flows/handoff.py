"""To a person: the customer asked or reported, or the bot failed. (Where the bot itself hands over, see bot_turn.)"""

import hashlib
from collections.abc import Sequence
from typing import Any

from handoff_service.domain import words
from handoff_service.domain.cursor import START
from handoff_service.domain.entries import Draft, Event, Kind, system
from handoff_service.domain.masking import take_in
from handoff_service.domain.reasons import ReasonName
from handoff_service.flows.context import Context
from handoff_service.wire import EvidenceItem, HandoffPacket, ReasonItem, Seen, Transcript, Tried

_TOPIC = "faq_"


async def ask_person(ctx: Context, conversation: str, op: str) -> dict[str, Any]:
    """Needs no bot. Harmless where a person is on the way already."""
    evidence = EvidenceItem(rule="button", words="Talk to a person")
    reason = ReasonItem(reason=ReasonName.REQUESTED, evidence=[evidence])
    return await _hand_off(ctx, conversation, op, reason, turn=None)


async def bot_failed(ctx: Context, conversation: str, turn: str, rule: str) -> None:
    """The turn is given up, and a person answers in the bot's place. Nothing happens where the turn is over."""
    reason = ReasonItem(reason=ReasonName.BOT_FAILED, evidence=[EvidenceItem(rule=rule)])
    await _hand_off(ctx, conversation, f"failed {turn}", reason, turn)


async def report_security(ctx: Context, conversation: str, op: str, what: str, since: str) -> dict[str, Any]:
    """The red button: straight to the security lane, no bot needed. Raises Refusal: text_*, other_text."""
    reported = take_in(what)
    said = take_in(words.security_report(reported.text, since))
    hidden = tuple(dict.fromkeys(reported.kinds + said.kinds))
    reason = ReasonItem(
        reason=ReasonName.SECURITY,
        kind="incident",
        evidence=[EvidenceItem(rule="button", words="Report a security problem")],
    )
    packet = await _own_packet(ctx, conversation, None, reason, said.text)
    reasons = [_plain(reason)]
    done = await ctx.scripts.run(
        "report",
        id=conversation,
        client_id=op,
        text=said.text,
        text_hash=hashlib.sha256(said.text.encode()).hexdigest(),
        body=Draft(Kind.CUSTOMER, said.text, client_id=op, masked=hidden).body(),
        packet=packet.model_dump_json(),
        handed_over=announced(ctx, reasons),
        **ctx.urgency(reasons),
        **ctx.coming_back(),
    )
    return {"seq": done["seq"]}


async def never_mind(ctx: Context, conversation: str, op: str) -> dict[str, Any]:
    """Out of the line. Raises Refusal: wrong_move."""
    entries = [system(Event.BACK_TO_BOT, words.BACK_TO_BOT).for_script()]
    return await ctx.scripts.run("never_mind", op=op, id=conversation, entries=entries)


async def _hand_off(
    ctx: Context, conversation: str, op: str, reason: ReasonItem, turn: str | None
) -> dict[str, Any]:
    reasons = [_plain(reason)]
    packet = await _own_packet(ctx, conversation, turn, reason)
    done = await ctx.scripts.run(
        "hand_off",
        op=op,
        id=conversation,
        turn=turn,
        packet=packet.model_dump_json(),
        handed_over=announced(ctx, reasons),
        **ctx.urgency(reasons),
        **ctx.coming_back(),
    )
    return {"state": done["state"]}


def _plain(reason: ReasonItem) -> dict[str, Any]:
    return reason.model_dump(mode="json", exclude_none=True)


def announced(
    ctx: Context, reasons: list[dict[str, Any]], tried: Sequence[Tried] = ()
) -> list[dict[str, str]]:
    """The entry that tells the customer who takes over, for the scripts."""
    titles = [one.title for one in tried]
    said = words.handed_over(reasons, ctx.settings.next_word_hours, titles)
    return [system(Event.WAITING, said).for_script()]


async def _own_packet(
    ctx: Context, conversation: str, turn: str | None, reason: ReasonItem, now: str = ""
) -> HandoffPacket:
    """The service's packet where there is none of the bot: from the log, and from what the bot saw until now.

    `now`: what the customer says with it, not in the log yet.
    """
    read = await ctx.reads.conversation(conversation, START, notes_after="")
    said = [entry.text for entry in read.entries if entry.kind == Kind.CUSTOMER] + ([now] if now else [])
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
