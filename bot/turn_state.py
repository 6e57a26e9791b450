"""The conversation of one turn: a tracker made from the turn's state, and gone with it."""

import contextvars
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.burst import Parsed
from bot.known import known
from bot.summary import problem
from bot.verdict import is_small_talk

MAX_BYTES = 14_000
State = dict[str, Any]
_USER_TURNS = 6
_BOT_EVENTS = 20
_TEXT_BYTES = 160
_PROBLEM_BYTES = 1_500
_TRIED = 12
_ASKS_ONLY = 6  # words; in a longer request for a person stands what it is about


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


def tracker_from(conversation: str, state: State | None, domain: Domain) -> DialogueStateTracker:
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


def history(turn: dict[str, Any], own: list[Parsed]) -> dict[str, Any]:
    """What the packet and the next state tell of the conversation, this turn's messages included.

    `known`: the facts that the customer gave. `tried`: the topics that the bot has answered, with seq and beginning
    of the question. `afresh`: what was asked up to this seq counts no more towards a handover, for a person had it.
    `problem`: the first sentence of the first message that was about something.
    """
    before = turn.get("state") or {}
    said = [(one["seq"], one["text"]) for one in turn["happened"] if one["author"] == "customer"]
    said += [(message["seq"], message["text"]) for message in turn["messages"]]
    return {
        "known": known(said, before.get("known", [])),
        "tried": before.get("tried", []),
        "afresh": max((one["seq"] for one in turn["happened"]), default=before.get("afresh", 0)),
        "problem": before.get("problem") or _first_problem(turn["messages"], own),
    }


def tried_since(history: dict[str, Any]) -> list[dict[str, Any]]:
    """What the bot has answered since it has the conversation."""
    return [one for one in history["tried"] if one["seq"] > history["afresh"]]


def state_from(tracker: DialogueStateTracker, turn: dict[str, Any], history: dict[str, Any]) -> State:
    """What the next turn needs, at most MAX_BYTES as JSON: the last turns' events, slimmed, and the history."""
    events = list(tracker.events)
    asked = turn["messages"][-1]
    answered = [
        {"topic": topic, "seq": asked["seq"], "text": _cut(asked["text"], _TEXT_BYTES)}
        for topic in _answered(events)
    ]
    state = {
        "v": 1,
        **history,
        "tried": [*history["tried"], *answered][-_TRIED:],
        "afresh": asked["seq"] if "action_handoff" in _actions(events) else history["afresh"],
        "events": _with_few_bot_events([_slim(event) for event in _last_turns(tracker, events)]),
    }
    while len(json.dumps(state)) > MAX_BYTES and state["events"]:
        state["events"] = _without_oldest_turn(state["events"])
    return state


def _first_problem(messages: list[dict[str, Any]], own: list[Parsed]) -> str:
    for message, parsed in zip(messages, own, strict=True):
        intent = parsed["intent"]["name"] or ""
        only_asks = intent == "request_human" and len(message["text"].split()) <= _ASKS_ONLY
        if not (message.get("payload") or only_asks or is_small_talk(intent)):
            return _cut(problem(message["text"]), _PROBLEM_BYTES)
    return ""


def _answered(events: list[Event]) -> list[str]:
    return [name.removeprefix("utter_faq_") for name in _actions(events) if name.startswith("utter_faq_")]


def _actions(events: list[Event]) -> list[str]:
    return [event.action_name or "" for event in _of_turn(events) if isinstance(event, ActionExecuted)]


def _of_turn(events: list[Event]) -> list[Event]:
    starts = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    return events[starts[-1] :] if starts else []


def _last_turns(tracker: DialogueStateTracker, events: list[Event]) -> list[Event]:
    starts = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) < _USER_TURNS:
        return events
    # From the listening that came before the oldest message kept; slots are kept however old.
    slots: list[Event] = [
        SlotSet(name, value)
        for name, value in tracker.current_slot_values().items()
        if value is not None and name != SESSION_START_METADATA_SLOT
    ]
    return [*slots, ActionExecuted("action_listen"), *events[starts[-_USER_TURNS] :]]


def _slim(event: Event) -> dict[str, Any]:
    if isinstance(event, UserUttered):
        intent = {"name": event.intent_name, "confidence": event.intent.get("confidence")}
        return {
            "event": "user",
            "text": _cut(event.text or "", _TEXT_BYTES),
            "parse_data": {"intent": intent, "entities": []},
        }
    if isinstance(event, BotUttered):
        return {"event": "bot", "text": _cut(event.text or "", _TEXT_BYTES)}
    return {name: value for name, value in event.as_dict().items() if name not in {"metadata", "timestamp"}}


def _with_few_bot_events(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A stretch with a person can be long; of what was said to the customer the last counts."""
    said = [place for place, event in enumerate(events) if event["event"] == "bot"]
    dropped = set(said[:-_BOT_EVENTS])
    return [event for place, event in enumerate(events) if place not in dropped]


def _without_oldest_turn(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    starts = [place for place, event in enumerate(events) if event["event"] == "user"]
    if len(starts) < 2:
        return []
    return events[: starts[0]] + events[starts[1] :]


def _cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that takes at most so many bytes in JSON, where an emoji takes twelve."""
    used = 0
    for place, char in enumerate(text):
        used += len(json.dumps(char)) - 2
        if used > most_bytes:
            return text[:place]
    return text
