"""Rasa's door for the service: one turn in, one answer out, nothing kept (docs/protocol.md, "The turn")."""

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import ActionExecutionRejected
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import turn_state
from bot.known import known
from bot.packet import located

_log = logging.getLogger(__name__)
NAME = "baton"
_SLASH = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]*/+")
Handle = Callable[[UserMessage], Awaitable[Any]]


class TurnFailed(Exception):
    """The bot could not do its part; the service brings a person."""


class TurnInput(InputChannel):
    """`token`: the service's, in credentials.yml."""

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "TurnInput":
        token = (credentials or {}).get("token")
        if not token:
            raise ValueError("credentials.yml: bot.channel.TurnInput needs `token` (set BOT_TOKEN).")
        return cls(token)

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        routes = Blueprint("baton")
        warm: set[str] = set()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            agent = _agent(request.app)
            model = _model(agent)
            if model and model not in warm:
                # So that no customer's first message pays for what is loaded on first use.
                await agent.parse_message("how do I get started?")
                warm.add(model)
            return json({"ready": bool(model), "model": model}, 200 if model else 503)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._expected):
                return json({"error": "not authorized"}, 401)
            try:
                asked = _checked(request.json)
            except (KeyError, TypeError, ValueError) as error:
                return json({"error": f"not a turn: {type(error).__name__}"}, 400)
            try:
                answer = await asyncio.wait_for(
                    _handle(request.app, on_new_message, asked), asked["deadline_ms"] / 1000
                )
            except (TurnFailed, asyncio.TimeoutError) as error:
                _log.error("turn failed: %s", error or "timed out")
                return json({"error": str(error) or "timed out"}, 500)
            return json(answer, ensure_ascii=False)

        return routes


def _agent(app: Sanic) -> Any:
    return getattr(app.ctx, "agent", None)


def _model(agent: Any) -> str:
    return str(agent.model_id or "") if agent and agent.is_ready() else ""


def _checked(turn: Any) -> dict[str, Any]:
    """The turn, where it has what we read. Raises KeyError, TypeError or ValueError."""
    if turn["version"] != 1 or not turn["messages"]:
        raise ValueError("version or messages")
    for message in turn["messages"]:
        if not isinstance(message["seq"], int) or not isinstance(message["text"], str):
            raise TypeError("messages")
    for said in turn["happened"]:
        if not isinstance(said["text"], str) or said["author"] not in {"customer", "agent"}:
            raise TypeError("happened")
    if not isinstance(turn["conversation"], str) or not isinstance(turn["turn"], str):
        raise TypeError("ids")
    if not isinstance(turn["deadline_ms"], int) or not isinstance(turn["transcript"], dict):
        raise TypeError("deadline_ms or transcript")
    return dict(turn)


def text_of(turn: dict[str, Any]) -> str:
    """What Rasa reads: the messages joined, or the payload of a pressed button. A typed `/intent` stays text."""
    last = turn["messages"][-1]
    if last.get("payload"):
        return str(last["payload"])
    return _SLASH.sub("", "\n".join(message["text"] for message in turn["messages"])).strip() or "?"


async def _handle(app: Sanic, on_new_message: Handle, turn: dict[str, Any]) -> dict[str, Any]:
    agent = _agent(app)
    if not agent or not agent.is_ready():
        raise TurnFailed("no model is loaded")
    holder = turn_state.Holder(turn_state.tracker_from(turn["conversation"], turn.get("state"), agent.domain))
    assert holder.tracker
    turn_state.append_happened(holder.tracker, turn["happened"])
    turn_state.current.set(holder)
    said = CollectingOutputChannel()
    context = {key: turn[key] for key in ("conversation", "turn", "messages", "transcript", "context")}
    history = {key: (turn.get("state") or {}).get(key, []) for key in ("tried", "texts")}
    await on_new_message(
        UserMessage(
            text_of(turn),
            said,
            turn["conversation"],
            input_channel=NAME,
            message_id=turn["turn"],
            metadata={"turn": context, "history": history, "model": _model(agent)},
        )
    )
    return _answer(turn, holder.tracker, said.messages, _model(agent))


def _answer(
    turn: dict[str, Any], tracker: DialogueStateTracker, said: list[dict[str, Any]], model: str
) -> dict[str, Any]:
    packets = [message["custom"]["handoff"] for message in said if "handoff" in (message.get("custom") or {})]
    texts = [_said(message) for message in said if message.get("text")]
    predicted = _actions_of_turn(tracker)
    if any(isinstance(event, ActionExecutionRejected) for event in tracker.events):
        raise TurnFailed("an action was rejected")
    if "action_handoff" in predicted and not packets:
        raise TurnFailed("action_handoff brought no packet")
    if not packets and not texts:
        raise TurnFailed("nothing was said")
    return {
        "version": 1,
        "turn": turn["turn"],
        "model": model,
        "messages": texts,
        "state": turn_state.state_from(tracker, turn.get("state"), turn),
        "seen": [_seen(turn, tracker)],
        "packet": packets[0] if packets else None,
    }


def _actions_of_turn(tracker: DialogueStateTracker) -> list[str]:
    names: list[str] = []
    for event in reversed(tracker.events):
        if event.type_name == "user":
            break
        if event.type_name == "action":
            names.append(str(event.as_dict().get("name")))
    return names


def _said(message: dict[str, Any]) -> dict[str, Any]:
    buttons = [
        {"id": str(place), "title": button["title"], "payload": button["payload"]}
        for place, button in enumerate(message.get("buttons") or [])
    ]
    return {"text": message["text"], "choices": buttons}


def _seen(turn: dict[str, Any], tracker: DialogueStateTracker) -> dict[str, Any]:
    assert tracker.latest_message
    parsed = tracker.latest_message.parse_data or {}
    intent = parsed.get("intent") or {}
    ranking = [
        {"name": ranked["name"], "confidence": round(float(ranked["confidence"]), 4)}
        for ranked in parsed.get("intent_ranking") or []
    ]
    return {
        "seq": turn["messages"][-1]["seq"],
        "intent": intent.get("name") or "",
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "ranking": ranking,
        "known": known((message["seq"], message["text"]) for message in turn["messages"]),
        "signals": [located(signal, turn["messages"]) for signal in parsed.get("signals") or []],
    }
