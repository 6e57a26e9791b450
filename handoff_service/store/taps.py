"""The tap on the shoulder: one subscription per process, passed on to whoever watches a conversation."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from handoff_service.domain.entries import Kind
from handoff_service.store.client import Client
from handoff_service.store.keys import Keys
from handoff_service.store.reads import Reads

_log = structlog.get_logger()
_COMPARE_EVERY_S = 5.0
_RETRY_AFTER_S = 0.5
# A widget says "typing" every second or so while keys are pressed.
_TYPING_S = 1.2
_TYPISTS = 1_000


class Watcher(Protocol):
    """Both methods only make a mark; they never wait."""

    def tapped(self) -> None: ...
    def typing(self, conversation: str, kind: str, name: str) -> None: ...


class Taps:
    """Watch a conversation, or all of them with None.

    A tap may be lost. So when the subscription comes back everybody is tapped, and every 5 s the revisions of the
    watched conversations are compared with those of the last time.
    """

    def __init__(self, redis: Client, keys: Keys, reads: Reads) -> None:
        self._redis = redis
        self._keys = keys
        self._reads = reads
        self._watchers: dict[str | None, list[Watcher]] = defaultdict(list)
        self._revisions: dict[str, str | None] = {}
        self._subscribed = asyncio.Event()
        self._typed: dict[str, float] = {}
        self._guards: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def ready(self) -> None:
        """Returns once the server has confirmed the subscription; a read after this misses nothing."""
        await self._subscribed.wait()

    @contextlib.contextmanager
    def watch(self, conversation: str | None, watcher: Watcher) -> Iterator[None]:
        self._watchers[conversation].append(watcher)
        try:
            yield
        finally:
            self._watchers[conversation].remove(watcher)
            if not self._watchers[conversation]:
                del self._watchers[conversation]
                self._revisions.pop(conversation or "", None)

    async def typing(self, conversation: str, kind: str, name: str) -> None:
        await self._redis.publish(self._keys.typing, f"{conversation} {kind} {name}")

    async def until_quiet(self, conversation: str, at_most_s: float) -> None:
        """Returns once the customer has stopped typing, or after so many seconds; at once where nobody types."""
        end = time.monotonic() + at_most_s
        while (now := time.monotonic()) < end:
            left = self._typed.get(conversation, -_TYPING_S) + _TYPING_S - now
            if left <= 0:
                return
            await asyncio.sleep(min(left, end - now))

    def said(self, conversation: str) -> None:
        """The customer has sent what they were typing; only typing from now on means that more follows."""
        self._typed.pop(conversation, None)

    @contextlib.contextmanager
    def guard(self, *names: str) -> Iterator[asyncio.Event]:
        """An event that is set when the rights of an agent, or a session, of these names have changed."""
        changed = asyncio.Event()
        for name in names:
            self._guards[name].add(changed)
        try:
            yield changed
        finally:
            for name in names:
                self._guards[name].discard(changed)
                if not self._guards[name]:
                    del self._guards[name]

    async def run(self) -> None:
        """Listens until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen_for_ever())
            group.create_task(self._compare_for_ever())

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(self._keys.tap, self._keys.rights, self._keys.typing)
                    await self._listen(channel)
            except (RedisError, OSError) as error:
                _log.warning("subscription_lost", error=type(error).__name__)
            self._subscribed.clear()
            await asyncio.sleep(_RETRY_AFTER_S)

    async def _listen(self, channel: Client) -> None:
        async for message in channel.listen():
            if message["type"] == "subscribe" and message["channel"] == self._keys.typing:
                self._subscribed.set()
                self._tap_all()
            elif message["type"] == "message" and message["channel"] == self._keys.tap:
                self._tap(message["data"])
            elif message["type"] == "message" and message["channel"] == self._keys.rights:
                for changed in self._guards.get(message["data"], ()):
                    changed.set()
            elif message["type"] == "message":
                conversation, kind, name = message["data"].split(" ", 2)
                self._note_typing(conversation, kind)
                for watcher in self._watchers.get(conversation, ()):
                    watcher.typing(conversation, kind, name)

    def _note_typing(self, conversation: str, kind: str) -> None:
        if kind != Kind.CUSTOMER:
            return
        now = time.monotonic()
        self._typed[conversation] = now
        if len(self._typed) > _TYPISTS:
            self._typed = {name: at for name, at in self._typed.items() if now - at < _TYPING_S}

    def _tap(self, conversation: str) -> None:
        for watcher in (*self._watchers.get(conversation, ()), *self._watchers.get(None, ())):
            watcher.tapped()

    def _tap_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.tapped()

    async def _compare_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_COMPARE_EVERY_S)
            with contextlib.suppress(RedisError, OSError):
                found = await self._reads.revisions(name for name in list(self._watchers) if name)
                for conversation, revision in found.items():
                    if self._revisions.get(conversation, revision) != revision:
                        self._tap(conversation)
                self._revisions = found
