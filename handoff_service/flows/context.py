"""What every step of the story works with; made once, in app.py."""

import asyncio
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from handoff_service.bot_client import BotClient
from handoff_service.settings import Settings
from handoff_service.store.people import People
from handoff_service.store.reads import Reads
from handoff_service.store.scripts import Scripts
from handoff_service.store.taps import Taps

_log = structlog.get_logger()


@dataclass
class Context:
    settings: Settings
    scripts: Scripts
    reads: Reads
    taps: Taps
    people: People
    bot: BotClient
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

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
