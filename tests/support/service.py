"""A real Valkey for the session, and for each test a workspace of its own, a scripted bot and a running service."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect

from deploy.local.valkey import Valkey
from handoff_service.app import create_app
from handoff_service.domain.agents import Role
from handoff_service.flows.context import Context
from handoff_service.settings import Settings
from handoff_service.store.people import new_agent

ORIGIN = "http://site.example"
DESK = "http://desk.example"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"
Frame = dict[str, Any]


def op() -> str:
    return str(uuid.uuid4())


class ScriptedBot(httpx.AsyncBaseTransport):
    """Answers each turn by `answer(turn)`: a dict, bytes, a status, or an exception to raise.

    `signals(text)` is what a parse finds in a message.
    """

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Any] = says("All right.")
        self.signals: Callable[[str], list[dict[str, Any]]] = lambda text: []
        self.parses: list[dict[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.ready = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/health"):
            return httpx.Response(200 if self.ready else 503)
        assert request.headers["authorization"] == "Bearer bot-token"
        if request.url.path.endswith("/parse"):
            return self._parse(json.loads(await request.aread()))
        turn = json.loads(await request.aread())
        self.turns.append(turn)
        await self.gate.wait()
        answer = self.answer(turn)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx.Response(answer)
        return httpx.Response(
            200, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        )

    def _parse(self, asked: dict[str, Any]) -> httpx.Response:
        if not self.ready:
            return httpx.Response(503)
        self.parses.append(asked)
        seen = [
            {
                "seq": one["seq"],
                "intent": "faq_refund",
                "confidence": 0.9,
                "signals": self.signals(one["text"]),
            }
            for one in asked["messages"]
        ]
        return httpx.Response(200, json={"version": 1, "model": "scripted", "seen": seen})


def says(text: str, *choices: dict[str, str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def answer(turn: dict[str, Any]) -> dict[str, Any]:
        return {
            "version": 1,
            "turn": turn["turn"],
            "model": "scripted",
            "messages": [{"text": text, "choices": list(choices)}],
            "state": {"turns": ((turn["state"] or {}).get("turns", 0)) + 1},
            "seen": [{"seq": turn["messages"][-1]["seq"], "intent": "faq_refund", "confidence": 0.9}],
            "packet": None,
        }

    return answer


def hands_over(
    reason: str = "security", kind: str | None = "incident", **changes: Any
) -> Callable[..., dict[str, Any]]:
    def answer(turn: dict[str, Any]) -> dict[str, Any]:
        seq = turn["messages"][-1]["seq"]
        evidence = [{"seq": seq, "words": "others", "rule": "others_data"}]
        packet = {
            "version": 1,
            "conversation": turn["conversation"],
            "turn": turn["turn"],
            "channel": "widget",
            "page": "",
            "verified": False,
            "reasons": [{"reason": reason, "kind": kind, "score": 0.9, "evidence": evidence}],
            "known": [{"kind": "plan", "value": "Pro", "seq": seq}],
            "summary": ["one", "two"],
            "transcript": turn["transcript"],
        } | changes
        return says("")(turn) | {"messages": [], "packet": packet}

    return answer


@dataclass
class Running:
    """A running service: HTTP clients of both sides, sockets, and its insides for the clock."""

    url: str
    ctx: Context
    bot: ScriptedBot
    desks: list[httpx.AsyncClient] = field(default_factory=list)

    def http(self, origin: str = ORIGIN) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"origin": origin})

    async def customer(self, *said: str) -> "Customer":
        async with self.http() as http:
            made = (await http.post("/api/v1/conversations", json={"widget": "demo"})).json()
        customer = Customer(self, made["conversation"], made["token"])
        for text in said:
            await customer.say(text)
        return customer

    async def agent(
        self, login: str = "sam", role: Role = Role.AGENT, skills: tuple[str, ...] = ("security",)
    ) -> "Desk":
        await self.ctx.people.add(new_agent(login, login.title(), role, skills), PASSWORD)
        http = self.http(DESK)
        self.desks.append(http)
        answer = await http.post("/api/v1/desk/session", json={"name": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Desk(self, http)

    def pass_time(self, milliseconds: int) -> None:
        self.ctx.scripts.clock_offset += milliseconds

    @asynccontextmanager
    async def socket(
        self, path: str, origin: str | None = ORIGIN, **headers: str
    ) -> AsyncIterator[ClientConnection]:
        url = self.url.replace("http://", "ws://") + path
        async with connect(url, origin=origin, additional_headers=headers) as ws:  # type: ignore[arg-type]
            yield ws


@dataclass
class Customer:
    service: Running
    conversation: str
    token: str

    async def call(self, type_: str, **fields: Any) -> httpx.Response:
        async with self.service.http() as http:
            return await http.post(
                f"/api/v1/conversations/{self.conversation}/calls",
                json={"type": type_, "op": op(), **fields},
                headers={"Authorization": f"Bearer {self.token}"},
            )

    async def say(self, text: str, **fields: Any) -> int:
        answer = await self.call("say", text=text, **fields)
        assert answer.status_code == 200, answer.text
        seq: int = answer.json()["seq"]
        return seq

    async def read(self, after: str | None = None) -> dict[str, Any]:
        async with self.service.http() as http:
            answer = await http.get(
                f"/api/v1/conversations/{self.conversation}",
                params={"after": after} if after else {},
                headers={"Authorization": f"Bearer {self.token}"},
            )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def until(self, what: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Reads until `what` holds of the answer; five seconds at most."""
        return await eventually(self.read, what)

    async def until_state(self, state: str) -> dict[str, Any]:
        return await self.until(lambda found: found["view"]["state"] == state)

    @asynccontextmanager
    async def socket(self, after: str | None = None) -> AsyncIterator[ClientConnection]:
        async with self.service.socket("/api/v1/conversations/socket") as ws:
            hello = {"type": "hello", "conversation": self.conversation, "token": self.token, "after": after}
            await ws.send(json.dumps(hello))
            yield ws


@dataclass
class Desk:
    service: Running
    http: httpx.AsyncClient

    async def call(self, type_: str, **fields: Any) -> httpx.Response:
        return await self.http.post("/api/v1/desk/calls", json={"type": type_, "op": op(), **fields})

    async def take(self, conversation: str | None = None) -> dict[str, Any]:
        answer = await self.call("take", conversation=conversation)
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        return {"conversation": taken["conversation"], "fence": taken["fence"]}

    async def read(self, conversation: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/desk/conversations/{conversation}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def lists(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get("/api/v1/desk/conversations")).json()
        return found

    def cookie(self) -> str:
        return f"baton={self.http.cookies['baton']}"


async def eventually(read: Callable[[], Any], what: Callable[[Any], Any], within_s: float = 5.0) -> Any:
    async with asyncio.timeout(within_s):
        while not what(found := await read()):
            await asyncio.sleep(0.02)
    return found


async def frame(ws: ClientConnection, type_: str, what: Callable[[Frame], Any] = lambda _: True) -> Frame:
    """The next frame of this type of which `what` holds; five seconds at most."""
    async with asyncio.timeout(5):
        while True:
            found: Frame = json.loads(await ws.recv())
            if found["type"] == type_ and what(found):
                return found


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(Path(tmp_path_factory.mktemp("valkey")))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(valkey: Valkey) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        environment="development",
        redis_url=valkey.url,
        workspace=f"test-{uuid.uuid4().hex[:12]}",
        bot_token="bot-token",
        bot_deadline_s=1.0,
        bot_warm_up_s=1.0,
        hold_s=0.0,
        widget_origins=[ORIGIN],
        desk_origins=[DESK],
    )


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Running]:
    bot = ScriptedBot()
    async with serving(settings, bot) as running:
        yield running


@asynccontextmanager
async def serving(settings: Settings, bot: ScriptedBot) -> AsyncIterator[Running]:
    app = create_app(settings, bot_transport=bot, hasher=CHEAP)
    config = uvicorn.Config(
        app,
        port=0,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=262_144,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving_it = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    running = Running(f"http://127.0.0.1:{port}", app.state.ctx, bot)
    try:
        yield running
    finally:
        for http in running.desks:
            await http.aclose()
        server.should_exit = True
        await serving_it
