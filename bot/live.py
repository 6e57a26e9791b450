"""The promoted model, taken over by a running bot between two turns."""

import asyncio
import gc
import logging
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from sanic import Sanic

from bot.errors import UserError
from bot.models import Models
from bot.turn_state import TurnTrackerStore

_log = logging.getLogger(__name__)
EVERY_S = 1.0
FIRST_MESSAGE = "how do I get started?"


async def follow(app: Sanic) -> None:
    """Puts each model that becomes the promoted one, in the folder of the running one, in its place. Does not end."""
    following = Following(app)
    while True:
        await asyncio.sleep(EVERY_S)
        await following.look()


class Following:
    def __init__(self, app: Sanic) -> None:
        self._app = app
        self._refused = ""
        self._replaced = False

    async def look(self) -> None:
        """Takes over what is promoted; a model that cannot be loaded is tried and logged once."""
        if self._replaced:
            # The turns of the old model have ended. What it holds in cycles is many megabytes, and the collector may
            # not pass by for hours.
            self._replaced = False
            gc.collect()
        agent = getattr(self._app.ctx, "agent", None)
        if not agent or not agent.is_ready():
            return
        models = Models(agent.processor.model_path.parent)
        wanted = ""
        try:
            wanted = models.promoted() or ""
            if wanted not in ("", agent.model_name, self._refused):
                await self._take_over(models.path(wanted), agent)
        except Exception as error:  # whatever is wrong with it, the bot goes on with the model that it has
            wanted = wanted or models.promoted_file.name
            if wanted != self._refused:
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                _log.error("%s is not taken over, %s stays: %s", wanted, agent.model_name, reason)
        # So that a model that is promoted again, or made anew, is tried again.
        self._refused = wanted if wanted != self._app.ctx.agent.model_name else ""

    async def _take_over(self, file: Path, before: Agent) -> None:
        fresh = await asyncio.to_thread(_loaded, file, before)
        # So that no customer's first message pays for what is loaded on first use.
        await fresh.parse_message(FIRST_MESSAGE)
        self._app.ctx.agent = fresh
        self._replaced = True
        _log.warning("%s is in use, instead of %s", fresh.model_name, before.model_name)


def _loaded(file: Path, before: Agent) -> Agent:
    """With the same endpoints, and nothing that a turn of the old agent could still be changing."""
    if not file.is_file():
        raise UserError("there is no such file")
    templates = isinstance(before.nlg, TemplatedNaturalLanguageGenerator)
    return Agent.load(
        str(file),
        generator=None if templates else before.nlg,
        tracker_store=TurnTrackerStore(event_broker=before.tracker_store.event_broker),
        lock_store=before.lock_store,
        action_endpoint=before.action_endpoint,
        http_interpreter=before.http_interpreter,
    )
