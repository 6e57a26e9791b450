"""Agents, their sessions, their presence, and failed log-ins."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from handoff_service.domain.agents import Agent, Role
from handoff_service.domain.refusals import Refusal
from handoff_service.store.client import Client
from handoff_service.store.keys import Keys

_LOGIN_TRIES = 8
_LOGIN_WINDOW_S = 300
PRESENCE_MS = 60_000


@dataclass(frozen=True)
class _Account:
    agent: Agent
    password: str


class People:
    """Sessions last `session_seconds` from the log-in; a session is kept as the SHA-256 of its token."""

    def __init__(self, redis: Client, keys: Keys, session_seconds: int) -> None:
        self._redis = redis
        self._keys = keys
        self._session_seconds = session_seconds
        self._hasher = PasswordHasher()
        # Compared where the name is unknown, so that the time taken does not tell which names exist.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    async def add(self, agent: Agent, password: str) -> bool:
        """False where the name is taken."""
        account = json.dumps({"agent": asdict(agent), "password": self._hasher.hash(password)})
        return bool(await self._redis.hsetnx(self._keys.agents, agent.login, account))

    async def all(self) -> list[Agent]:
        rows = await self._redis.hvals(self._keys.agents)
        return sorted((_account(row).agent for row in rows), key=lambda agent: agent.login)

    async def log_in(self, login: str, password: str, address: str) -> tuple[Agent, str]:
        """The agent and a new session token. Raises Refusal: bad_login, too_fast."""
        for what in (f"name {login}", f"address {address}"):
            await self._count_try(what)
        row = await self._redis.hget(self._keys.agents, login)
        account = _account(row) if row else None
        if not self._matches(account.password if account else self._nobody, password) or not account:
            raise Refusal("bad_login", "Name or password is wrong.")
        await self._redis.delete(self._keys.tries(f"name {login}"))
        token = secrets.token_urlsafe(32)
        await self._redis.set(self._session_key(token), account.agent.login, ex=self._session_seconds)
        return account.agent, token

    async def by_session(self, token: str | None) -> Agent:
        """Raises Refusal: not_logged_in."""
        login = await self._redis.get(self._session_key(token)) if token else None
        row = await self._redis.hget(self._keys.agents, login) if login else None
        if not row:
            raise Refusal("not_logged_in", "Please log in.")
        return _account(row).agent

    async def log_out(self, token: str) -> None:
        await self._redis.delete(self._session_key(token))

    async def seen(self, agent: Agent, now: int) -> None:
        """Presence is a timestamp that expires: there is no 'set offline' to forget."""
        await self._redis.zadd(self._keys.presence, {agent.id: now})

    async def anybody_present(self, now: int) -> bool:
        return bool(await self._redis.zcount(self._keys.presence, now - PRESENCE_MS, "+inf"))

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerificationError:
            return False

    def _session_key(self, token: str) -> str:
        return self._keys.session(hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())

    async def _count_try(self, what: str) -> None:
        pipe = self._redis.pipeline(transaction=True)
        pipe.incr(self._keys.tries(what))
        pipe.expire(self._keys.tries(what), _LOGIN_WINDOW_S, nx=True)
        tries, _ = await pipe.execute()
        if tries > _LOGIN_TRIES * (1 if what.startswith("name ") else 4):
            raise Refusal(
                "too_fast", f"Too many log-ins; wait {_LOGIN_WINDOW_S // 60} minutes and try again."
            )


def new_agent(login: str, name: str, role: Role, skills: Sequence[str]) -> Agent:
    return Agent(
        id=f"a_{secrets.token_hex(8)}", login=login, name=name or login, role=role, skills=tuple(skills)
    )


def _account(row: str) -> _Account:
    kept = json.loads(row)
    agent = Agent(**kept["agent"])
    return _Account(replace(agent, role=Role(agent.role), skills=tuple(agent.skills)), kept["password"])
