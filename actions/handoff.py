"""action_handoff: hands the conversation to a person, with everything that is known."""

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import foreign
from bot.packet import build

_log = logging.getLogger(__name__)
_NOWHERE = "(This goes to a person: no handoff service on this channel.)"


class ActionHandoff(Action):
    """To the service that asked; from any other channel to the one that the environment names (actions/foreign.py)."""

    def __init__(self) -> None:
        self._line = foreign.Line.from_environment()

    def name(self) -> str:
        return "action_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        metadata = tracker.latest_message.get("metadata") or {}
        if "turn" in metadata:
            # The packet goes back as the answer's custom payload; the service brings the person.
            turn, history, model = (metadata[part] for part in ("turn", "history", "model"))
            packet = build(tracker.latest_message, turn, history, model, titles(domain))
            dispatcher.utter_message(json_message={"handoff": packet})
        elif said := await self._handed_over(tracker, domain):
            dispatcher.utter_message(text=said)
        return []

    async def _handed_over(self, tracker: Tracker, domain: dict[str, Any]) -> str:
        """What the customer is told; empty where the service has no sentence for it."""
        if not self._line:
            return _NOWHERE
        try:
            return await foreign.send(self._line, foreign.handoff(tracker, self._line.bot, titles(domain)))
        except foreign.NotReached as reason:
            _log.error("no person was reached: %s", reason)
            return foreign.FAILED


def titles(domain: dict[str, Any]) -> dict[str, str]:
    """Topic to the title of its answer."""
    return {
        name.removeprefix("utter_faq_"): (answers[0].get("metadata") or {}).get("title", "")
        for name, answers in (domain.get("responses") or {}).items()
        if name.startswith("utter_faq_") and answers
    }
