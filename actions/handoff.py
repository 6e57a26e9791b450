"""action_handoff: hands the conversation to a person, with everything that is known."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.packet import build


class ActionHandoff(Action):
    def name(self) -> str:
        return "action_handoff"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Sends the packet back as the answer's custom payload; the service brings the person."""
        metadata = tracker.latest_message.get("metadata") or {}
        if "turn" not in metadata:
            # rasa shell and other channels have no line to hand over to; say so plainly.
            dispatcher.utter_message(text="(This goes to a person: no handoff service on this channel.)")
            return []
        packet = build(
            tracker.latest_message, metadata["turn"], metadata["history"], metadata["model"], titles(domain)
        )
        dispatcher.utter_message(json_message={"handoff": packet})
        return []


def titles(domain: dict[str, Any]) -> dict[str, str]:
    """Topic to the title of its answer."""
    return {
        name.removeprefix("utter_faq_"): answers[0].get("metadata", {}).get("title", "")
        for name, answers in domain.get("responses", {}).items()
        if name.startswith("utter_faq_") and answers
    }
