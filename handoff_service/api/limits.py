"""Bounds at the door: how fast, how large."""

import time
from collections import OrderedDict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handoff_service.api.errors import problem
from handoff_service.domain.refusals import Refusal

MAX_BYTES = 65_536
_REMEMBERED = 10_000


class Bucket:
    """A token bucket: `burst` at once, `per_second` after."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._at = time.monotonic()

    def take(self) -> None:
        """Raises Refusal: too_fast."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            raise Refusal("too_fast", "That was too fast; wait a moment and send it again.")
        self._tokens -= 1


class Buckets:
    """A bucket per name (an address, a conversation); the ones longest unused are forgotten."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._made_of = (burst, per_second)
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str) -> None:
        """Raises Refusal: too_fast."""
        bucket = self._buckets.setdefault(name, Bucket(*self._made_of))
        self._buckets.move_to_end(name)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        bucket.take()


class BodyLimit:
    """Refuses bodies over MAX_BYTES before anybody parses them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BYTES:
                refusal = Refusal("too_large", f"A request may have {MAX_BYTES} bytes.")
                return await problem(refusal)(scope, receive, send)

        read = False

        async def replay() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)
