"""Agents, their sessions, their presence, and failed log-ins."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from handoff_service.domain.agents import Agent, Role, lanes
from handoff_service.domain.refusals import Refusal
from handoff_service.store.client import Client
from handoff_service.store.keys import Keys

_LOGIN_TRIES = 8
_LOGIN_WINDOW_S = 300
_SHORTEST_PASSWORD = 10
PRESENCE_MS = 60_000
GONE = 0


@dataclass(frozen=True)
class Account:
    """`stamp` changes with the password, and ends the sessions that were begun under the one before."""

    agent: Agent
    password: str
    stamp: str = ""
    disabled: bool = False

    def shown(self) -> dict[str, Any]:
        return {**self.agent.shown(), "login": self.agent.login, "disabled": self.disabled}


class People:
    """Sessions last `session_seconds` from the log-in; a session is kept as the SHA-256 of its token.

    `hasher`: of passwords; tests take a cheap one.
    """

    def __init__(
        self, redis: Client, keys: Keys, session_seconds: int, hasher: PasswordHasher | None = None
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._session_seconds = session_seconds
        self._hasher = hasher or PasswordHasher()
        # Compared where the name is unknown, so that the time taken does not tell which names exist.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    async def add(self, agent: Agent, password: str) -> bool:
        """False where the name is taken."""
        account = Account(agent, self._hasher.hash(password), secrets.token_hex(8))
        return bool(await self._redis.hsetnx(self._keys.agents, agent.login, _row(account)))

    async def account(self, login: str) -> Account:
        """Raises Refusal: bad_person."""
        row = await self._redis.hget(self._keys.agents, login)
        if not row:
            raise Refusal("bad_person", "There is nobody with this log-in name.")
        return _account(row)

    async def accounts(self) -> list[Account]:
        rows = await self._redis.hvals(self._keys.agents)
        return sorted((_account(row) for row in rows), key=lambda account: account.agent.login)

    async def all(self) -> list[Agent]:
        """Who may work here."""
        return [account.agent for account in await self.accounts() if not account.disabled]

    async def change(self, login: str, **changes: Any) -> Account:
        """`name`, `role`, `skills` or `disabled`; open sockets of this person are closed. Raises Refusal: bad_person.

        The last admin stays one.
        """
        account = await self.account(login)
        disabled = changes.pop("disabled", account.disabled)
        changed = replace(account, agent=replace(account.agent, **changes), disabled=disabled)
        if account.agent.role == Role.ADMIN and (disabled or changed.agent.role != Role.ADMIN):
            admins = [one for one in await self.all() if one.role == Role.ADMIN]
            if [one.login for one in admins] == [login]:
                raise Refusal("bad_person", "This is the last admin; make somebody else one first.")
        await self._keep(changed)
        if disabled or not lanes(changed.agent):
            # Gone for good, which a lapsed lease is not: the sweep gives back what they have.
            await self._redis.zadd(self._keys.presence, {account.agent.id: GONE})
            await self._redis.zrem(self._keys.wants, account.agent.id)
        return changed

    async def set_password(self, login: str, password: str) -> None:
        """Ends every session of this person. Raises Refusal: bad_person."""
        if len(password) < _SHORTEST_PASSWORD:
            raise Refusal("bad_person", f"A password has {_SHORTEST_PASSWORD} characters or more.")
        account = await self.account(login)
        await self._keep(replace(account, password=self._hasher.hash(password), stamp=secrets.token_hex(8)))

    async def own_password(self, agent: Agent, current: str, new: str) -> None:
        """Raises Refusal: bad_login, too_fast, bad_person."""
        await self._count_try(f"name {agent.login}")
        account = await self.account(agent.login)
        if not self._matches(account.password, current):
            raise Refusal("bad_login", "The present password is wrong.")
        await self._redis.delete(self._keys.tries(f"name {agent.login}"))
        await self.set_password(agent.login, new)

    async def log_in(self, login: str, password: str, address: str) -> tuple[Agent, str]:
        """The agent and a new session token. Raises Refusal: bad_login, too_fast."""
        for what in (f"name {login}", f"address {address}"):
            await self._count_try(what)
        row = await self._redis.hget(self._keys.agents, login)
        account = _account(row) if row else None
        fits = self._matches(account.password if account else self._nobody, password)
        if not fits or not account or account.disabled:
            raise Refusal("bad_login", "Name or password is wrong.")
        await self._redis.delete(self._keys.tries(f"name {login}"))
        token = secrets.token_urlsafe(32)
        session = json.dumps({"login": login, "stamp": account.stamp})
        await self._redis.set(self._keys.session(session_digest(token)), session, ex=self._session_seconds)
        return account.agent, token

    async def by_session(self, token: str | None) -> Agent:
        """Raises Refusal: not_logged_in."""
        kept = await self._redis.get(self._keys.session(session_digest(token))) if token else None
        session = json.loads(kept) if kept else {}
        row = await self._redis.hget(self._keys.agents, session["login"]) if session else None
        account = _account(row) if row else None
        if not account or account.disabled or account.stamp != session["stamp"]:
            raise Refusal("not_logged_in", "Please log in.")
        return account.agent

    async def log_out(self, token: str) -> None:
        digest = session_digest(token)
        await self._redis.delete(self._keys.session(digest))
        await self._redis.publish(self._keys.rights, digest)

    async def seen(self, agent: Agent, now: int) -> None:
        """Presence is a timestamp that expires: there is no 'set offline' to forget."""
        await self._redis.zadd(self._keys.presence, {agent.id: now})

    async def anybody_present(self, now: int) -> bool:
        return bool(await self._redis.zcount(self._keys.presence, now - PRESENCE_MS, "+inf"))

    async def on_duty(self, now: int) -> list[Agent]:
        """Who may take conversations and has answered the server's ask lately."""
        there = set(await self._redis.zrangebyscore(self._keys.presence, now - PRESENCE_MS, "+inf"))
        return [agent for agent in await self.all() if agent.id in there and lanes(agent)] if there else []

    async def want_offers(self, agent: Agent, on: bool, now: int) -> None:
        if on:
            await self._redis.zadd(self._keys.wants, {agent.id: now}, nx=True)
        else:
            await self._redis.zrem(self._keys.wants, agent.id)

    async def wanting(self, now: int) -> list[Agent]:
        """Who asked for offers and is there, longest without one first."""
        wanting = await self._redis.zrange(self._keys.wants, 0, -1)
        there = {agent.id: agent for agent in await self.on_duty(now)} if wanting else {}
        return [there[one] for one in wanting if one in there]

    async def _keep(self, account: Account) -> None:
        await self._redis.hset(self._keys.agents, account.agent.login, _row(account))
        await self._redis.publish(self._keys.rights, account.agent.id)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerificationError:
            return False

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


def session_digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _row(account: Account) -> str:
    return json.dumps(asdict(account))


def _account(row: str) -> Account:
    kept = json.loads(row)
    agent = Agent(**kept.pop("agent"))
    agent = replace(agent, role=Role(agent.role), skills=tuple(agent.skills))
    return Account(agent, **kept)
