"""Plays dialogues through the public API: customers on the website, an agent at the desk."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.local.stack import Local
from tests.dialogues.dialogue import Dialogue
from tests.support.service import Customer, Desk

AT_ONCE = 6
_POLL_S = 0.05
_TURN_S = 25.0
_SCORED_S = 3.0


@dataclass(frozen=True)
class After:
    """Whose the conversation is after a turn: `bot` or `handoff`, and why."""

    state: str
    reasons: tuple[str, ...]


@dataclass
class Played:
    """`seqs`: of the customer's messages, in order. `log`: as the customer reads it; `desk`: as the agent does."""

    dialogue: Dialogue
    seqs: list[int] = field(default_factory=list)
    after: list[After] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    desk: dict[str, Any] = field(default_factory=dict)

    def bot_since(self, turn: int) -> list[str]:
        """What the bot said, buttons too, after the first message of this turn."""
        first = next(
            seq for seq, said in zip(self.seqs, self.dialogue.said, strict=True) if said.turn == turn
        )
        return [words(entry) for entry in self.log if by(entry, "bot") and entry["seq"] > first]


@dataclass(frozen=True)
class Visitor:
    """A customer's browser, at an address of their own: new conversations are limited by address."""

    url: str
    origin: str
    address: str

    def http(self) -> httpx.AsyncClient:
        # Loading the certificates for each call would take longer than the call.
        headers = {"origin": self.origin, "x-forwarded-for": self.address}
        return httpx.AsyncClient(base_url=self.url, headers=headers, verify=False, timeout=20)

    async def starts(self) -> Customer:
        async with self.http() as http:
            made = await http.post("/api/v1/conversations", json={"widget": "demo"})
        assert made.status_code == 201, made.text
        return Customer(self, made.json()["conversation"], made.json()["token"])


async def play_all(dialogues: Sequence[Dialogue], local: Local) -> dict[str, Played | Exception]:
    """Each by its id; what one of them failed with stands in its place."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, dialogue: Dialogue, desk: Desk) -> Played:
        visitor = Visitor(local.service_url, local.demo_url, f"198.18.{number // 256}.{number % 256}")
        async with at_once:
            return await _play(dialogue, await visitor.starts(), desk)

    async with _agent(local) as desk:
        found = await asyncio.gather(
            *(one(number, dialogue, desk) for number, dialogue in enumerate(dialogues, 1)),
            return_exceptions=True,
        )
    return {dialogue.id: played for dialogue, played in zip(dialogues, found, strict=True)}


@asynccontextmanager
async def _agent(local: Local) -> AsyncIterator[Desk]:
    """An agent with the skill for incidents, added by the stack's first admin."""
    site = httpx.AsyncClient(base_url=local.service_url, headers={"origin": local.service_url})
    async with site as http:
        await _log_in(http, "admin", local.first_password)
        person = {"login": "reader", "name": "Robin", "skills": ["security"]}
        added = await http.post("/api/v1/desk/accounts", json=person)
        assert added.status_code == 201, added.text
        await _log_in(http, "reader", added.json()["password"])
        yield Desk(None, http)


async def _log_in(http: httpx.AsyncClient, login: str, password: str) -> None:
    answer = await http.post("/api/v1/desk/session", json={"name": login, "password": password})
    assert answer.status_code == 200, answer.text


async def _play(dialogue: Dialogue, customer: Customer, desk: Desk) -> Played:
    played = Played(dialogue)
    for turn in range(1, dialogue.turns + 1):
        seqs = [await customer.say(text) for text in dialogue.of_turn(turn)]
        played.seqs += seqs
        played.after.append(await _after(customer, desk, seqs))
    if played.after[-1].state == "bot":
        # So that what an agent finds can be looked at wherever the bot kept a conversation to its end.
        assert (await customer.call("ask_person")).status_code == 200
    played.log = (await customer.read())["entries"]
    played.desk = await desk.read(customer.conversation)
    return played


async def _after(customer: Customer, desk: Desk, seqs: list[int]) -> After:
    if await _answered(customer, seqs[-1]) == "bot":
        return After("bot", ())
    view = await _scored(desk, customer.conversation, seqs)
    return After("handoff", tuple(reason["reason"] for reason in view["reasons"]))


async def _answered(customer: Customer, seq: int) -> str:
    """The state once the bot has answered, or the conversation is no longer its own."""
    async with asyncio.timeout(_TURN_S):
        while True:
            found = await customer.read()
            state: str = found["view"]["state"]
            answered = any(by(entry, "bot") and entry["seq"] > seq for entry in found["entries"])
            if not found["view"]["bot_at_work"] and (answered or state != "bot"):
                return state
            await asyncio.sleep(_POLL_S)


async def _scored(desk: Desk, conversation: str, seqs: list[int]) -> dict[str, Any]:
    """The agent's view once the NLU has seen these messages too; where that takes long, without it."""
    deadline = time.monotonic() + _SCORED_S
    while True:
        view: dict[str, Any] = (await desk.read(conversation))["view"]
        if all(str(seq) in view["nlu"] for seq in seqs) or time.monotonic() > deadline:
            return view
        await asyncio.sleep(_POLL_S)


def by(entry: dict[str, Any], kind: str) -> bool:
    return bool(entry["author"]["kind"] == kind)


def words(entry: dict[str, Any]) -> str:
    return "\n".join([entry["text"], *(choice["title"] for choice in entry.get("choices", []))])


def says(pattern: str, texts: Sequence[str]) -> list[str]:
    """Those texts in which the pattern occurs; capitals do not count."""
    return [text for text in texts if re.search(pattern, text, re.IGNORECASE)]
