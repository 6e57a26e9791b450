"""Rasa's door for the service: one request in, one answer out, nothing kept (docs/protocol.md, "The turn")."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import ActionExecutionRejected
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import turn_state
from bot.burst import Parsed, each, judged
from bot.live import FIRST_MESSAGE, follow
from bot.packet import seen
from bot.turn_signals import over_turns

_log = logging.getLogger(__name__)
NAME = "baton"
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
        following: list[asyncio.Task[None]] = []

        @routes.listener("after_server_start")
        async def start(app: Sanic, _: Any) -> None:
            following.append(asyncio.create_task(follow(app)))

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, _: Any) -> None:
            for task in following:
                task.cancel()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            agent = _agent(request.app)
            model = _model(agent)
            if model and model not in warm:
                # So that no customer's first message pays for what is loaded on first use.
                await agent.parse_message(FIRST_MESSAGE)
                warm.add(model)
            file = agent.model_name if model else ""
            return json({"ready": bool(model), "model": model, "file": file}, 200 if model else 503)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await self._answered(
                request, _check_turn, lambda asked: handle(_ready(request.app), asked)
            )

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            return await self._answered(
                request, _check_messages, lambda asked: read(_ready(request.app), asked)
            )

        return routes

    async def _answered(
        self,
        request: Request,
        check: Callable[[Any], None],
        answer: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    ) -> HTTPResponse:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._expected):
            return json({"error": "not authorized"}, 401)
        try:
            asked = request.json
            check(asked)
        except (KeyError, TypeError, ValueError) as error:
            return json({"error": f"not a request of ours: {type(error).__name__}"}, 400)
        try:
            answered = await asyncio.wait_for(answer(asked), asked["deadline_ms"] / 1000)
        except (TurnFailed, asyncio.TimeoutError) as error:
            _log.error("turn failed: %s", error or "timed out")
            return json({"error": str(error) or "timed out"}, 500)
        return json(answered, ensure_ascii=False)


def _agent(app: Sanic) -> Any:
    return getattr(app.ctx, "agent", None)


def _model(agent: Any) -> str:
    return str(agent.model_id or "") if agent and agent.is_ready() else ""


def _check_turn(turn: Any) -> None:
    """Raises KeyError, TypeError or ValueError where something that we read is not there."""
    _check_messages(turn)
    for said in turn["happened"]:
        if not isinstance(said["text"], str) or said["author"] not in {"customer", "agent"}:
            raise TypeError("happened")
        if not isinstance(said["seq"], int):
            raise TypeError("happened")
    if not isinstance(turn["conversation"], str) or not isinstance(turn["turn"], str):
        raise TypeError("ids")
    if not isinstance(turn["transcript"], dict):
        raise TypeError("transcript")


def _check_messages(asked: Any) -> None:
    if asked["version"] != 1 or not asked["messages"]:
        raise ValueError("version or messages")
    for message in asked["messages"]:
        if not isinstance(message["seq"], int) or not isinstance(message["text"], str):
            raise TypeError("messages")
        if not isinstance(message.get("payload"), str | None):
            raise TypeError("payload")
    if not isinstance(asked["deadline_ms"], int):
        raise TypeError("deadline_ms")


def _ready(app: Sanic) -> Any:
    agent = _agent(app)
    if not agent or not agent.is_ready():
        raise TurnFailed("no model is loaded")
    return agent


async def read(agent: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """What the NLU sees in each message, without a turn."""
    typed = [{"seq": message["seq"], "text": message["text"]} for message in asked["messages"]]
    return {
        "version": 1,
        "model": _model(agent),
        "seen": _seen(typed, await each(typed, agent.parse_message)),
    }


async def handle(agent: Any, turn: dict[str, Any]) -> dict[str, Any]:
    """One turn from its request to its answer (docs/protocol.md), all of it by this agent. Raises TurnFailed."""
    alone = await judged(turn["messages"], agent.parse_message)
    holder = turn_state.Holder(turn_state.tracker_from(turn["conversation"], turn.get("state"), agent.domain))
    assert holder.tracker
    turn_state.append_happened(holder.tracker, turn["happened"])
    turn_state.current.set(holder)
    history = turn_state.history(turn, alone.own)
    read = over_turns(alone, turn["messages"], turn_state.tried_since(history))
    said = CollectingOutputChannel()
    context = {key: turn[key] for key in ("conversation", "turn", "messages", "transcript", "context")}
    # Not Rasa's handler: that one asks for the agent anew, and by then another model may be in use.
    await agent.handle_message(
        UserMessage(
            read.text,
            said,
            turn["conversation"],
            parse_data=read.verdict,
            input_channel=NAME,
            message_id=turn["turn"],
            metadata={"turn": context, "history": history, "model": _model(agent)},
        )
    )
    texts, packet = _said_in(holder.tracker, said.messages)
    return {
        "version": 1,
        "turn": turn["turn"],
        "model": _model(agent),
        "messages": texts,
        "state": turn_state.state_from(holder.tracker, turn, history),
        # The last message carries what the turn was judged as.
        "seen": _seen(turn["messages"], [*read.own[:-1], read.verdict]),
        "packet": packet,
    }


def _seen(messages: list[dict[str, Any]], parsed: list[Parsed]) -> list[dict[str, Any]]:
    return [seen(message["seq"], message["text"], one) for message, one in zip(messages, parsed, strict=True)]


def _said_in(
    tracker: DialogueStateTracker, said: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The texts and the packet. Raises TurnFailed where Rasa went on after something had gone wrong."""
    packets = [message["custom"]["handoff"] for message in said if "handoff" in (message.get("custom") or {})]
    texts = [_said(message) for message in said if message.get("text")]
    if any(isinstance(event, ActionExecutionRejected) for event in tracker.events):
        raise TurnFailed("an action was rejected")
    if "action_handoff" in _actions_of_turn(tracker) and not packets:
        raise TurnFailed("action_handoff brought no packet")
    if not packets and not texts:
        raise TurnFailed("nothing was said")
    return texts, packets[0] if packets else None


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
