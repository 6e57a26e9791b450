"""What each side sees of a conversation. The customer's view has nothing of the desk's."""

import json
from collections.abc import Mapping
from typing import Any

from handoff_service.domain.agents import Agent, lanes, may_see, supervises
from handoff_service.domain.conversation import State
from handoff_service.domain.entries import Entry
from handoff_service.flows.context import Context
from handoff_service.store.reads import Read

_SNIPPET = 140
_CLOSED_SHOWN = 20
Fields = Mapping[str, str]
Row = tuple[str, Fields, Entry | None]


async def customer_view(ctx: Context, read: Read) -> dict[str, Any]:
    fields = read.fields
    with_bot = fields["state"] == State.BOT
    return {
        "conversation": read.id,
        "state": fields["state"],
        "epoch": int(fields["epoch"]),
        "agent": {"name": fields["owner_name"]} if "owner_name" in fields else None,
        "line": await _line(ctx, read) if fields["state"] == State.WAITING else None,
        "next_word": _number(fields, "next_word"),
        "proposal": _proposal(fields),
        "outcome": fields.get("outcome"),
        "closes_at": int(fields["last_time"]) + ctx.idle_ms if with_bot else None,
        "bot": ctx.bot.status,
        "bot_at_work": "turn" in fields,
        "people_online": await ctx.people.anybody_present(await ctx.scripts.now()),
    }


async def _line(ctx: Context, read: Read) -> dict[str, Any]:
    return {
        "position": await ctx.reads.place(read.id, read.fields["lane"]),
        "expected_by": _number(read.fields, "due"),
    }


async def lists(ctx: Context, agent: Agent) -> dict[str, Any]:
    """What this agent may see, by where it is; `others` and `alarms` for supervisors only."""
    mine = _cards(_seen(agent, await ctx.reads.owned(agent.id)))
    found = {
        "waiting": _cards(_seen(agent, await ctx.reads.waiting(lanes(agent)))),
        "parked": _cards(_seen(agent, await ctx.reads.parked())),
        "mine": sorted(mine, key=lambda row: row["due"] or row["created"] + 10**13),
        "closed": _cards(_seen(agent, await ctx.reads.closed(_CLOSED_SHOWN))),
        "load": {"capacity": ctx.settings.capacity} | await ctx.reads.load(agent.id),
    }
    if supervises(agent):
        others = [one.id for one in await ctx.people.all() if one.id != agent.id]
        alarms = await ctx.reads.alarms()
        found["others"] = _cards(await ctx.reads.held(others))
        found["alarms"] = [{"what": what, "conversation": id_, "since": at} for what, id_, at in alarms]
    return found


def _seen(agent: Agent, rows: list[tuple[str, dict[str, str], Entry | None]]) -> list[Row]:
    """Judged by what each is now; since its list was read it may have changed its lane or its owner."""
    return [row for row in rows if may_see(agent, row[1])]


def _cards(rows: list[Any]) -> list[dict[str, Any]]:
    return [card(*row) for row in rows]


def desk_view(read: Read, agent: Agent) -> dict[str, Any]:
    fields = read.fields
    view = card(read.id, fields, read.entries[-1] if read.entries else None)
    if fields.get("owner") == agent.id:
        view["fence"] = fields["fence"]
    return view | {"packet": _packet(read), "nlu": read.nlu}


def _packet(read: Read) -> dict[str, Any] | None:
    """As it was at the handoff, with the facts that the customer has given since."""
    if "packet" not in read.fields:
        return None
    packet: dict[str, Any] = json.loads(read.fields["packet"])
    facts = [
        *packet["known"],
        *(fact for _, seen in sorted(read.nlu.items(), key=_by_seq) for fact in seen["known"]),
    ]
    first = {(fact["kind"], fact["value"]): fact for fact in reversed(facts)}
    return packet | {"known": sorted(first.values(), key=lambda fact: int(fact["seq"]))}


def _by_seq(item: tuple[str, Any]) -> int:
    return int(item[0])


def card(conversation: str, fields: Fields, last: Entry | None) -> dict[str, Any]:
    owner = {"id": fields["owner"], "name": fields["owner_name"]} if "owner" in fields else None
    return {
        "conversation": conversation,
        "state": fields["state"],
        "epoch": int(fields["epoch"]),
        "owner": owner,
        "lane": fields["lane"],
        "due": _number(fields, "due"),
        "unanswered": _unanswered(fields),
        "reserved": _reserved(fields),
        "snoozed_until": _number(fields, "snoozed_until"),
        "woken": _number(fields, "woken"),
        "next_word": _number(fields, "next_word"),
        "give_backs": _number(fields, "give_backs") or 0,
        "reasons": [_reason(reason) for reason in json.loads(fields.get("reasons", "[]"))],
        "proposal": _proposal(fields),
        "outcome": fields.get("outcome"),
        "verified": False,
        "channel": fields["channel"],
        "page": fields["page"],
        "created": int(fields["created"]),
        "last": _last(last),
    }


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    # Lua's JSON cannot tell an empty list from an empty object.
    return reason | {"evidence": list(reason.get("evidence") or [])}


def _last(entry: Entry | None) -> dict[str, Any] | None:
    if not entry:
        return None
    return {"seq": entry.seq, "time": entry.time, "kind": entry.kind, "text": entry.text[:_SNIPPET]}


def _unanswered(fields: Fields) -> dict[str, int] | None:
    if "unanswered_since" not in fields:
        return None
    return {"seq": int(fields["unanswered_seq"]), "since": int(fields["unanswered_since"])}


def _reserved(fields: Fields) -> dict[str, Any] | None:
    if "reserved_for" not in fields:
        return None
    return {
        "for": fields["reserved_for"],
        "until": int(fields["reserved_until"]),
        "offered": "offered" in fields,
    }


def _proposal(fields: Fields) -> dict[str, Any] | None:
    if "proposal" not in fields:
        return None
    return {"id": fields["proposal"], "until": _number(fields, "confirm_until")}


def _number(fields: Fields, name: str) -> int | None:
    return int(fields[name]) if name in fields else None
