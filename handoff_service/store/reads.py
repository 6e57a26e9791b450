"""Reads: one pipeline for a conversation with its log, one for the desk's lists."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from handoff_service.domain.cursor import Cursor
from handoff_service.domain.entries import Entry, Kind
from handoff_service.domain.refusals import Refusal
from handoff_service.store.client import Client
from handoff_service.store.keys import Keys
from handoff_service.store.people import GONE

# System entries come in ones and twos; among so many there is one that somebody said.
_LOOK_BACK = 4


@dataclass(frozen=True)
class Note:
    """A note or internal event. `after` is the seq of the log that it follows."""

    id: str
    after: int
    time: int
    body: Mapping[str, Any]

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "after_seq": self.after, "time": self.time, **self.body}


@dataclass(frozen=True)
class Read:
    """A conversation's fields and the part of its log after a cursor."""

    id: str
    fields: Mapping[str, str]
    entries: list[Entry]
    from_start: bool
    notes: list[Note]
    nlu: Mapping[str, Any]

    @property
    def cursor(self) -> Cursor:
        return Cursor(int(self.fields["seq"]), self.fields["digest"][:12])


class Reads:
    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def conversation(self, conversation: str, after: Cursor, notes_after: str | None = None) -> Read:
        """All after the cursor; from the start where the cursor does not fit. Raises Refusal: not_found."""
        keys = self._keys
        pipe = self._redis.pipeline(transaction=True)
        pipe.hgetall(keys.conversation(conversation))
        # From the cursor's own entry on, so that its tag can be compared.
        pipe.xrange(keys.log(conversation), min=f"{max(after.seq, 1)}-0")
        if notes_after is not None:
            pipe.xrange(keys.notes(conversation), min=f"({notes_after}" if notes_after else "-")
            pipe.hgetall(keys.nlu(conversation))
        fields, raw, *internal = await pipe.execute()
        if not fields:
            raise not_found()
        entries = [_entry(item) for item in raw]
        from_start = after.seq == 0
        if after.seq:
            if entries and entries[0].seq == after.seq and entries[0].tag == after.tag:
                entries = entries[1:]
            else:
                from_start = True
                entries = [_entry(item) for item in await self._redis.xrange(keys.log(conversation))]
        notes = [_note(item) for item in internal[0]] if internal else []
        nlu = {seq: json.loads(seen) for seq, seen in internal[1].items()} if internal else {}
        return Read(conversation, fields, entries, from_start, notes, nlu)

    async def fields(self, conversation: str) -> dict[str, str]:
        found: dict[str, str] = await self._redis.hgetall(self._keys.conversation(conversation))
        if not found:
            raise not_found()
        return found

    async def sent_text(self, conversation: str, client_id: str) -> str | None:
        """The text of the customer's message with this client_id, if it was sent."""
        sent = await self._redis.hget(self._keys.sent(conversation), f"customer {client_id}")
        if not sent:
            return None
        seq = sent.split(" ")[0]
        found = await self._redis.xrange(self._keys.log(conversation), min=f"{seq}-0", max=f"{seq}-0")
        return _entry(found[0]).text if found else None

    async def entry(self, conversation: str, seq: int) -> Entry:
        """Raises Refusal: not_found."""
        found = await self._redis.xrange(self._keys.log(conversation), min=f"{seq}-0", max=f"{seq}-0")
        if not found:
            raise not_found()
        return _entry(found[0])

    async def turn_input(self, conversation: str) -> tuple[dict[str, str], list[Entry], str | None]:
        """What a bot turn is made of: fields, the log since the bot last spoke, the bot's state."""
        fields = await self.fields(conversation)
        since = int(fields.get("bot_seq", 0)) + 1
        pipe = self._redis.pipeline(transaction=False)
        pipe.xrange(self._keys.log(conversation), min=f"{since}-0")
        pipe.get(self._keys.bot_state(conversation))
        raw, state = await pipe.execute()
        return fields, [_entry(item) for item in raw], state

    async def place(self, conversation: str, lane: str) -> int | None:
        """The place in its line, from 1; None where it is not in it."""
        rank = await self._redis.zrank(self._keys.line(lane), conversation)
        return None if rank is None else int(rank) + 1

    async def waiting(self, lanes: Iterable[str]) -> list[tuple[str, dict[str, str], Entry | None]]:
        """Conversations in these lines, earliest due first."""
        # At one moment: what changes lanes between two reads would be in neither.
        pipe = self._redis.pipeline(transaction=True)
        for lane in lanes:
            pipe.zrange(self._keys.line(lane), 0, 199, withscores=True)
        rows = [row for line in await pipe.execute() for row in line]
        return await self.heads([conversation for conversation, _ in sorted(rows, key=itemgetter(1))])

    async def owned(self, agent: str) -> list[tuple[str, dict[str, str], Entry | None]]:
        return await self.heads(sorted(await self._redis.smembers(self._keys.owned(agent))))

    async def parked(self) -> list[tuple[str, dict[str, str], Entry | None]]:
        """Conversations of the line in which nothing is unanswered."""
        return await self.heads(sorted(await self._redis.smembers(self._keys.parked))[:100])

    async def held(self, agents: Iterable[str]) -> list[tuple[str, dict[str, str], Entry | None]]:
        """What these agents have."""
        pipe = self._redis.pipeline(transaction=False)
        for agent in agents:
            pipe.smembers(self._keys.owned(agent))
        return await self.heads(sorted({one for theirs in await pipe.execute() for one in theirs})[:200])

    async def load(self, agent: str) -> dict[str, Any]:
        """How many an agent has to answer, how many slots are held by offers, and whether they want offers."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.scard(self._keys.busy(agent))
        pipe.scard(self._keys.offered(agent))
        pipe.zscore(self._keys.wants, agent)
        busy, offered, wants = await pipe.execute()
        return {"busy": busy, "offered": offered, "wants_offers": wants is not None}

    async def closed(self, most: int) -> list[tuple[str, dict[str, str], Entry | None]]:
        return await self.heads(await self._redis.zrevrange(self._keys.closed, 0, most - 1))

    async def heads(self, ids: list[str]) -> list[tuple[str, dict[str, str], Entry | None]]:
        """Fields and last spoken entry of each; those that have gone meanwhile are left out."""
        if not ids:
            return []
        pipe = self._redis.pipeline(transaction=False)
        for conversation in ids:
            pipe.hgetall(self._keys.conversation(conversation))
            pipe.xrevrange(self._keys.log(conversation), count=_LOOK_BACK)
        found = await pipe.execute()
        rows = zip(ids, found[::2], found[1::2], strict=True)
        return [(id_, fields, _last_spoken(last)) for id_, fields, last in rows if fields]

    async def due_turns(self, now: int) -> list[str]:
        """Conversations whose bot turn nobody holds any more."""
        found: list[str] = await self._redis.zrangebyscore(self._keys.turns, "-inf", now, start=0, num=100)
        return found

    async def lapsed(self, last_seen_before: int) -> list[tuple[str, str, bool]]:
        """(agent, conversation, gone) of everything unanswered that belongs to agents not seen since then.

        `gone`: the agent does not work here any more; then it is everything they have.
        """
        agents = await self._redis.zrangebyscore(
            self._keys.presence, "-inf", last_seen_before, withscores=True
        )
        pipe = self._redis.pipeline(transaction=False)
        for agent, seen in agents:
            pipe.smembers(self._keys.owned(agent) if seen == GONE else self._keys.busy(agent))
        held = await pipe.execute() if agents else []
        return [
            (agent, one, seen == GONE)
            for (agent, seen), theirs in zip(agents, held, strict=True)
            for one in sorted(theirs)
        ]

    async def idle(self, before: int) -> list[str]:
        """Conversations with the bot in which nothing has happened since then."""
        found: list[str] = await self._redis.zrangebyscore(self._keys.idle, "-inf", before, start=0, num=100)
        return found

    async def unscored(self, before: int) -> list[tuple[str, int, int]]:
        """(conversation, seq, time) of messages to people that came before that and no NLU has read yet."""
        found = await self._redis.zrangebyscore(
            self._keys.unscored, "-inf", before, start=0, num=20, withscores=True
        )
        rows = ((*member.split(" "), int(since)) for member, since in found)
        return [(conversation, int(seq), since) for conversation, seq, since in rows]

    async def line(self, lane: str) -> set[str]:
        return set(await self._redis.zrange(self._keys.line(lane), 0, -1))

    async def alarms(self) -> list[tuple[str, str, int]]:
        """(what, conversation, since) of what rings, longest first."""
        found = await self._redis.zrange(self._keys.alarms, 0, 199, withscores=True)
        return [(*member.split(" ", 1), int(since)) for member, since in found]

    async def ringing(self, what: str) -> set[str]:
        return {conversation for name, conversation, _ in await self.alarms() if name == what}

    async def due_timers(self, now: int) -> list[tuple[str, str]]:
        """(what, conversation) of each timer that is due."""
        due = await self._redis.zrangebyscore(self._keys.timers, "-inf", now, start=0, num=100)
        return [(what, conversation) for what, conversation in (item.split(" ", 1) for item in due)]

    async def revisions(self, conversations: Iterable[str]) -> dict[str, str | None]:
        ids = list(conversations)
        pipe = self._redis.pipeline(transaction=False)
        for conversation in ids:
            pipe.hget(self._keys.conversation(conversation), "rev")
        return dict(zip(ids, await pipe.execute(), strict=True)) if ids else {}


def _last_spoken(newest_first: list[tuple[str, dict[str, str]]]) -> Entry | None:
    spoken = (item for item in newest_first if item[1]["k"] != Kind.SYSTEM)
    found = next(spoken, None)
    return _entry(found) if found else None


def not_found() -> Refusal:
    return Refusal("not_found", "There is no such conversation.")


def _entry(item: tuple[str, dict[str, str]]) -> Entry:
    stream_id, fields = item
    return Entry(
        int(stream_id.split("-")[0]), int(fields["t"]), fields["d"], json.loads(fields["b"]), fields.get("p")
    )


def _note(item: tuple[str, dict[str, str]]) -> Note:
    stream_id, fields = item
    return Note(stream_id, int(fields["after"]), int(fields["t"]), json.loads(fields["b"]))
