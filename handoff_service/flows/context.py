"""What every step of the story works with; made once, in app.py."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from handoff_service.bot_client import BotClient
from handoff_service.domain.reasons import urgency
from handoff_service.settings import Settings
from handoff_service.store.people import PRESENCE_MS, People
from handoff_service.store.reads import Reads
from handoff_service.store.scripts import Scripts
from handoff_service.store.taps import Taps

_log = structlog.get_logger()
_HOUR_MS = 3_600_000


@dataclass
class Context:
    settings: Settings
    scripts: Scripts
    reads: Reads
    taps: Taps
    people: People
    bot: BotClient
    # An agent who has not answered the server's ask for so long does not hold what customers wait for.
    lease_ms: int = PRESENCE_MS
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def word_ms(self) -> int:
        """The longest time, about security, that a customer is left without a word."""
        return self.settings.next_word_hours * _HOUR_MS

    @property
    def idle_ms(self) -> int:
        """Silence after which a conversation with the bot closes."""
        return self.settings.idle_hours * _HOUR_MS

    @property
    def bot_patience_s(self) -> float:
        return self.settings.bot_deadline_s + self.bot.warm_up_left_s

    def urgency(self, reasons: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The scripts' arguments for reasons that join a conversation."""
        need = urgency(reasons, self.settings.targets)
        return {"reasons": reasons, "target": need.target_ms, "lane": need.lane, "word": self.word_ms}

    def coming_back(self) -> dict[str, Any]:
        """The scripts' arguments for what goes back to who had it before."""
        return {
            "reopen": self.settings.reopen_hours * _HOUR_MS,
            "reservation": self.settings.reservation_s * 1000,
            "lease": self.lease_ms,
        }

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs beside the caller. What is lost with the process is found again by the sweep, from the store."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("background_work_failed", error=repr(error))


def new_id(prefix: str) -> str:
    """A random id of 128 bits, such as c_… for a conversation and t_… for a turn."""
    return f"{prefix}_{uuid.uuid4().hex}"
