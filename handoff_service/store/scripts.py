"""Runs the Lua scripts: one transition, one script, one answer per operation."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from handoff_service.domain.conversation import MOVES
from handoff_service.domain.refusals import Refusal
from handoff_service.store.client import Client

_FOLDER = Path(__file__).parent / "lua"
_TRIES = 3


def sources() -> dict[str, str]:
    """Script name to source, each with the table of moves and the prelude before it."""
    prelude = _moves_in_lua() + (_FOLDER / "_prelude.lua").read_text(encoding="utf-8")
    return {
        path.stem: prelude + path.read_text(encoding="utf-8")
        for path in sorted(_FOLDER.glob("*.lua"))
        if path.stem != "_prelude"
    }


def _moves_in_lua() -> str:
    rows = (f"{here}={{{','.join(f'{to}=true' for to in sorted(there))}}}" for here, there in MOVES.items())
    return f"local MOVES = {{{', '.join(rows)}}}\n"


class Scripts:
    """`clock_offset` (ms) is added to the server's time; only tests set it."""

    def __init__(self, redis: Client, prefix: str, texts: Mapping[str, str] | None = None) -> None:
        self._redis = redis
        self._prefix = prefix
        self._texts = dict(texts or sources())
        self._digests: dict[str, str] = {}
        self.clock_offset = 0

    async def run(self, script: str, /, op: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The script's result. Raises Refusal where it refuses, and store_unavailable where Redis does not answer.

        A lost answer is asked for again under the same operation id, so nothing happens twice; the client
        library's own retries are off, for they would not know that id.
        """
        given = {key: value for key, value in arguments.items() if value is not None}
        # The same id from another agent or for another conversation is another operation.
        scope = f"{script} {given.get('id')} {given.get('agent')} {op or uuid.uuid4().hex}"
        call = json.dumps({"op": scope, "clock": self.clock_offset, **given}, ensure_ascii=False)
        answer = json.loads(await self._ask(script, call))
        if "refused" in answer:
            raise Refusal(answer["refused"], answer["detail"])
        result: dict[str, Any] = answer["ok"]
        return result

    async def now(self) -> int:
        """The scripts' time, in milliseconds since 1970."""
        seconds, micros = await self._redis.time()
        return int(seconds * 1000 + micros // 1000) + self.clock_offset

    async def _ask(self, name: str, call: str) -> str:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._evaluate(name, call)
            except (RedisConnectionError, RedisTimeoutError) as error:
                if attempt == _TRIES:
                    raise unavailable() from error
            except RedisError as error:
                if not str(error).startswith(("MISCONF", "OOM", "READONLY", "LOADING", "CLUSTERDOWN")):
                    raise
                raise unavailable() from error
        raise AssertionError("the loop returns or raises")

    async def _evaluate(self, name: str, call: str) -> str:
        if name not in self._digests:
            self._digests[name] = await self._redis.script_load(self._texts[name])
        try:
            return str(await self._redis.evalsha(self._digests[name], 1, self._prefix, call))
        except NoScriptError:
            # The server was restarted or failed over and has forgotten its scripts.
            return str(await self._redis.eval(self._texts[name], 1, self._prefix, call))


def unavailable() -> Refusal:
    return Refusal("store_unavailable", "We cannot store this right now. Please send it again in a moment.")
