"""The conversation of one turn: a tracker made from the turn's state, and gone with it."""

import contextvars
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MAX_BYTES = 14_000
_USER_TURNS = 6
_TRIED = 12
_TEXTS = 12


@dataclass
class Holder:
    tracker: DialogueStateTracker | None = None


# A holder, not the tracker: Rasa's tasks get a copy of the context, and what they set would be lost.
current: contextvars.ContextVar[Holder] = contextvars.ContextVar("current")


class TurnTrackerStore(TrackerStore):
    """Holds the tracker of the turn that is being handled, and no other. Nothing is kept between turns."""

    def __init__(self, domain: Domain | None = None, event_broker: Any = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        current.get(Holder()).tracker = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = current.get(Holder()).tracker
        return tracker if tracker and tracker.sender_id == sender_id else None

    async def keys(self) -> Iterable[str]:
        return []


def tracker_from(conversation: str, state: dict[str, Any] | None, domain: Domain) -> DialogueStateTracker:
    events = [Event.from_parameters(kept) for kept in (state or {}).get("events", [])]
    tracker = DialogueStateTracker.from_events(
        conversation, [event for event in events if event], domain.slots
    )
    if not tracker.events:
        tracker.update(ActionExecuted("action_listen"))
    return tracker


def append_happened(tracker: DialogueStateTracker, happened: list[dict[str, Any]]) -> None:
    """The stretch with a person, as things that were said and not as intents: nothing of it is answered again."""
    for said in happened:
        tracker.update(
            BotUttered(said["text"][:500], metadata={"author": said["author"], "seq": said["seq"]})
        )


def state_from(
    tracker: DialogueStateTracker, before: dict[str, Any] | None, turn: dict[str, Any]
) -> dict[str, Any]:
    """What the next turn needs: the last turns' events, slimmed; what was answered; the customer's last words."""
    events = [_slim(event) for event in _last_turns(list(tracker.events))]
    texts = [
        *(before or {}).get("texts", []),
        *([message["seq"], message["text"][:500]] for message in turn["messages"]),
    ]
    state = {
        "v": 1,
        "events": events,
        "tried": tried(tracker, before, turn)[-_TRIED:],
        "texts": texts[-_TEXTS:],
    }
    while len(json.dumps(state).encode()) > MAX_BYTES and (state["events"] or state["texts"]):
        state["events"] = state["events"][len(state["events"]) // 2 + 1 :]
        state["texts"] = state["texts"][1:]
    return state


def tried(
    tracker: DialogueStateTracker, before: dict[str, Any] | None, turn: dict[str, Any]
) -> list[dict[str, Any]]:
    """The topics that the bot has answered, with the seq of the question."""
    answered = list((before or {}).get("tried", []))
    last = tracker.latest_action_name or ""
    for event in _last_turns(list(tracker.events), turns=1):
        if isinstance(event, ActionExecuted) and (event.action_name or "").startswith("utter_faq_"):
            last = str(event.action_name)
    if last.startswith("utter_faq_"):
        answered.append({"topic": last.removeprefix("utter_faq_"), "seq": turn["messages"][-1]["seq"]})
    return answered


def _last_turns(events: list[Event], turns: int = _USER_TURNS) -> list[Event]:
    starts = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) < turns:
        return events
    # From the listening that came before the oldest message kept.
    return [ActionExecuted("action_listen"), *events[starts[-turns] :]]


def _slim(event: Event) -> dict[str, Any]:
    kept = {name: value for name, value in event.as_dict().items() if name not in {"metadata", "timestamp"}}
    if isinstance(event, UserUttered):
        intent = (kept.get("parse_data") or {}).get("intent")
        kept["text"] = (kept.get("text") or "")[:300]
        kept["parse_data"] = {"intent": intent, "entities": [], "text": kept["text"]}
    if isinstance(event, BotUttered):
        kept = {"event": "bot", "text": (event.text or "")[:80]}
    return kept
