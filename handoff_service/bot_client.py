"""Asks the bot. Whatever goes wrong is one exception, BotFailed, whose rule becomes the evidence an agent reads."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, Literal

import httpx
from pydantic import ValidationError

from handoff_service.wire import MAX_STATE_BYTES, ParseAnswer, Seen, TurnAnswer, TurnRequest

_HEALTH_EVERY_S = 0.5
_MAX_ANSWER_BYTES = 262_144
_PARSE_S = 3.0


class BotFailed(Exception):
    """`rule`: not_running, timed_out, error_status, not_json, not_in_schema, empty_answer, or a packet's refusal."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class BotClient:
    """`warm_up_s`: how long turns wait for a bot that has never been ready since this process started."""

    def __init__(self, http: httpx.AsyncClient, token: str, warm_up_s: float) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._ready = asyncio.Event()
        self._up = False
        self._wait_until = time.monotonic() + warm_up_s

    @property
    def status(self) -> Literal["ready", "warming", "down"]:
        if self._up:
            return "ready"
        return "warming" if self.warm_up_left_s > 0 else "down"

    @property
    def warm_up_left_s(self) -> float:
        """Seconds a turn may still wait for the first readiness; 0 once the bot has been ready."""
        return 0.0 if self._ready.is_set() else max(0.0, self._wait_until - time.monotonic())

    async def watch_health(self) -> None:
        """Runs until cancelled."""
        while True:
            try:
                answer = await self._http.get("/webhooks/baton/health", timeout=2.0)
                self._up = answer.status_code == 200
            except httpx.HTTPError:
                self._up = False
            if self._up:
                self._ready.set()
            await asyncio.sleep(_HEALTH_EVERY_S)

    async def ask(self, turn: TurnRequest, deadline_s: float) -> TurnAnswer:
        """The bot's answer. Raises BotFailed, at the latest `deadline_s` seconds from now."""
        try:
            async with asyncio.timeout(deadline_s):
                if self.warm_up_left_s:
                    await asyncio.wait_for(self._ready.wait(), self.warm_up_left_s)
                return await self._post(turn)
        except TimeoutError:
            raise BotFailed("timed_out" if self._ready.is_set() else "not_running") from None

    async def parse(self, seq: int, text: str) -> Seen:
        """What the NLU makes of a message, without dialogue and without an answer. Raises BotFailed."""
        asked = parse_request([(seq, text)])
        try:
            answer = await self._http.post(
                "/webhooks/baton/parse", json=asked, headers=self._headers, timeout=_PARSE_S
            )
        except httpx.HTTPError:
            raise BotFailed("not_running") from None
        if answer.status_code != 200:
            raise BotFailed("error_status")
        try:
            return ParseAnswer.model_validate_json(answer.content).seen[0]
        except ValidationError:
            raise BotFailed("not_in_schema") from None

    async def _post(self, turn: TurnRequest) -> TurnAnswer:
        try:
            answer = await self._http.post(
                "/webhooks/baton/turn", json=turn.model_dump(mode="json"), headers=self._headers, timeout=None
            )
        except httpx.HTTPError:
            raise BotFailed("not_running") from None
        if answer.status_code != 200:
            raise BotFailed("error_status")
        return read_answer(answer.content, turn)


def parse_request(messages: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """`messages`: (seq, text)."""
    listed = [{"seq": seq, "text": text} for seq, text in messages]
    return {"version": 1, "messages": listed, "deadline_ms": int(1000 * _PARSE_S)}


def read_answer(content: bytes, turn: TurnRequest) -> TurnAnswer:
    """Raises BotFailed where the answer is not one, or its packet is not of this turn."""
    if len(content) > _MAX_ANSWER_BYTES:
        raise BotFailed("not_in_schema")
    try:
        raw = json.loads(content)
    except ValueError:
        raise BotFailed("not_json") from None
    _check_packet_version(raw)
    try:
        answer = TurnAnswer.model_validate(raw)
    except ValidationError:
        raise BotFailed("not_in_schema") from None
    if answer.turn != turn.turn or len(json.dumps(answer.state).encode()) > MAX_STATE_BYTES:
        raise BotFailed("not_in_schema")
    if not answer.messages and not answer.packet:
        raise BotFailed("empty_answer")
    if answer.packet and (answer.packet.turn, answer.packet.conversation) != (turn.turn, turn.conversation):
        raise BotFailed("packet_turn")
    if answer.packet and answer.packet.transcript != turn.transcript:
        raise BotFailed("packet_digest")
    return answer


def _check_packet_version(raw: object) -> None:
    packet = raw.get("packet") if isinstance(raw, dict) else None
    if isinstance(packet, dict) and packet.get("version") != 1:
        raise BotFailed("packet_version")
