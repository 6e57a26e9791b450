"""One turn of the bot: asked with everything unanswered, answered in one script, or handed to a person."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import structlog

from handoff_service.bot_client import BotFailed
from handoff_service.domain import words
from handoff_service.domain.entries import Draft, Entry, Kind, note
from handoff_service.domain.reasons import ReasonName
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import handoff
from handoff_service.flows.context import Context
from handoff_service.wire import Context as TurnContext
from handoff_service.wire import Happened, Message, Transcript, TurnAnswer, TurnRequest

_log = structlog.get_logger()
LEASE_MS = 3_000
_LATE_TEXT = "The assistant's answer arrived too late and was not shown."


async def run(ctx: Context, conversation: str, turn: str, left_s: float) -> None:
    """Asks the bot and commits its answer; `left_s` seconds from now a person is brought in instead."""
    try:
        async with asyncio.timeout(left_s + 2), _held(ctx, conversation, turn):
            started = asyncio.get_running_loop().time()
            await ctx.taps.until_quiet(conversation, min(ctx.settings.hold_s, left_s / 4))
            left_s -= asyncio.get_running_loop().time() - started
            request = await _request(ctx, conversation, turn, left_s)
            if request:
                answer = await ctx.bot.ask(request, left_s)
                if _only_doubt(answer):
                    # Another half of the sentence may follow; an answer never waits.
                    await asyncio.sleep(min(ctx.settings.hold_s, left_s / 2))
                await _commit(ctx, conversation, answer)
    except BotFailed as failure:
        await handoff.bot_failed(ctx, conversation, turn, failure.rule)
    except Refusal as refusal:
        # Without a store nothing can be said to anybody; the turn stays pending and the sweep takes it up.
        if refusal.code != "store_unavailable":
            await handoff.bot_failed(ctx, conversation, turn, refusal.code)
    except Exception as error:
        _log.exception("turn_failed", conversation=conversation, error=type(error).__name__)
        await handoff.bot_failed(ctx, conversation, turn, "internal_error")


@contextlib.asynccontextmanager
async def _held(ctx: Context, conversation: str, turn: str) -> AsyncIterator[None]:
    async def renew() -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3_000)
            with contextlib.suppress(Refusal):
                await ctx.scripts.run("lease_turn", id=conversation, turn=turn, lease=LEASE_MS)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()


async def _request(ctx: Context, conversation: str, turn: str, left_s: float) -> TurnRequest | None:
    """None where the turn has been overtaken already."""
    fields, entries, state = await ctx.reads.turn_input(conversation)
    if fields.get("turn") != turn:
        return None
    oldest, through = int(fields["unanswered_seq"]), int(fields["turn_through"])
    asked = [entry for entry in entries if entry.kind == Kind.CUSTOMER and oldest <= entry.seq <= through]
    return TurnRequest(
        conversation=conversation,
        turn=turn,
        deadline_ms=int(1000 * left_s),
        messages=[Message(seq=entry.seq, text=entry.text, payload=entry.payload) for entry in asked],
        happened=[_happened(entry) for entry in entries if _missed_by_bot(entry, oldest)],
        state=json.loads(state) if state else None,
        context=TurnContext(channel=fields["channel"], page=fields["page"], verified=False),
        transcript=Transcript(through_seq=through, count=through, digest=fields["turn_digest"]),
    )


def _missed_by_bot(entry: Entry, oldest: int) -> bool:
    return entry.seq < oldest and entry.kind in {Kind.CUSTOMER, Kind.AGENT}


def _happened(entry: Entry) -> Happened:
    return Happened(seq=entry.seq, author=entry.kind, text=entry.text)


async def _commit(ctx: Context, conversation: str, answer: TurnAnswer) -> None:
    drafts, choices = _said(answer)
    await ctx.scripts.run(
        "answer",
        id=conversation,
        turn=answer.turn,
        entries=[draft.for_script() for draft in drafts],
        state=json.dumps(answer.state, ensure_ascii=False),
        choices=json.dumps(choices, ensure_ascii=False) if choices else None,
        seen={str(seen.seq): seen.model_dump_json(exclude={"seq"}) for seen in answer.seen},
        late=note(Kind.BOT, words.BOT_NAME, "\n".join([_LATE_TEXT, *_texts(drafts)]), "late_answer"),
        **_handover(ctx, answer),
    )


def _only_doubt(answer: TurnAnswer) -> bool:
    reasons = answer.packet.reasons if answer.packet else []
    return bool(reasons) and all(reason.reason == ReasonName.UNCERTAINTY for reason in reasons)


def _texts(drafts: list[Draft]) -> list[str]:
    return [draft.text for draft in drafts]


def _handover(ctx: Context, answer: TurnAnswer) -> dict[str, Any]:
    if not answer.packet:
        return {}
    reasons = [reason.model_dump(mode="json", exclude_none=True) for reason in answer.packet.reasons]
    return {
        "packet": answer.packet.model_dump_json(),
        "digest": answer.packet.transcript.digest,
        **ctx.urgency(reasons),
        **ctx.coming_back(),
        "handed_over": handoff.announced(ctx, reasons, answer.packet.tried),
    }


def _said(answer: TurnAnswer) -> tuple[list[Draft], dict[str, dict[str, str]]]:
    """The entries, and what each button means. Ids are made here, so one of an older answer never fits a newer."""
    drafts, meanings = [], {}
    for number, said in enumerate(answer.messages):
        shown = []
        for place, choice in enumerate(said.choices):
            id_ = f"{answer.turn}.{number}.{place}"
            meanings[id_] = {"title": choice.title, "payload": choice.payload}
            shown.append({"id": id_, "title": choice.title})
        drafts.append(Draft(Kind.BOT, said.text, name=words.BOT_NAME, choices=shown))
    return drafts, meanings
