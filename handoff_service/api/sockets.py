"""What the customer's and the desk's sockets share: frames in and out, each bounded, each refusal by name."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from redis.exceptions import RedisError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from handoff_service.api.errors import from_validation
from handoff_service.api.limits import MAX_BYTES, Bucket
from handoff_service.domain.refusals import Refusal
from handoff_service.store.scripts import unavailable

# A reader slower than this is told to come back with its cursor, which is the resync.
_SEND_S = 10.0
_HELLO_S = 10.0
# After so many bad frames in a row it is no mistake any more.
_BAD_IN_A_ROW = 20
Frame = dict[str, Any]


class Socket:
    """One accepted WebSocket. `tapped` and `typing` make marks that the writer's loop looks at."""

    def __init__(self, ws: WebSocket) -> None:
        self._ws = ws
        self._sending = asyncio.Lock()
        self.dirty = asyncio.Event()
        self._bucket = Bucket(burst=30, per_second=10)
        self._typists: dict[tuple[str, str], str] = {}

    def tapped(self) -> None:
        self.dirty.set()

    def typing(self, conversation: str, kind: str, name: str) -> None:
        self._typists[(conversation, kind)] = name
        self.dirty.set()

    def typists(self) -> dict[tuple[str, str], str]:
        """(conversation, author kind) to shown name, of those who typed since the last call."""
        found, self._typists = self._typists, {}
        return found

    async def wait(self, seconds: float) -> None:
        """Until something was marked, or for so long; marks made from now on count for the next wait."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.dirty.wait(), seconds)
        self.dirty.clear()

    async def send(self, type_: str, **fields: Any) -> None:
        async with self._sending, asyncio.timeout(_SEND_S):
            await self._ws.send_text(json.dumps({"type": type_, **fields}, ensure_ascii=False))

    async def bye(self, refusal: Refusal) -> None:
        with contextlib.suppress(Exception):
            await self.send("bye", code=refusal.code, detail=refusal.detail)
        await self.close(4000 + refusal.status)

    async def close(self, code: int) -> None:
        if self._ws.application_state == WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, OSError, WebSocketDisconnect):
                await self._ws.close(code)

    async def frame(self) -> Frame:
        """The next frame. Raises Refusal: too_large, bad_frame, too_fast; WebSocketDisconnect at the end."""
        message = await self._ws.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Refusal("bad_frame", "Frames are text, not binary.")
        if len(text) > MAX_BYTES:
            raise Refusal("too_large", f"A frame may have {MAX_BYTES} characters.")
        self._bucket.take()
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            raise Refusal("bad_frame", "A frame is a JSON object.") from None
        if not isinstance(frame, dict):
            raise Refusal("bad_frame", "A frame is a JSON object.")
        return frame

    async def hello(self) -> Frame:
        """The first frame. Raises Refusal also where it does not come in time."""
        try:
            async with asyncio.timeout(_HELLO_S):
                return await self.frame()
        except TimeoutError:
            raise Refusal("bad_frame", "No hello came in time.") from None

    async def read(self, handle: Callable[[Frame], Awaitable[None]]) -> None:
        """Handles frames until the client goes; what is refused is said, and the socket goes on."""
        bad = 0
        while bad < _BAD_IN_A_ROW:
            frame: Frame = {}
            try:
                frame = await self.frame()
                await handle(frame)
                bad = 0
            except ValidationError as error:
                bad += 1
                await self._refused(frame, from_validation(list(error.errors())))
            except Refusal as refusal:
                bad += refusal.code in {"bad_frame", "too_large", "too_fast"}
                await self._refused(frame, refusal)
            except RedisError:
                await self._refused(frame, unavailable())
        raise Refusal("too_fast", "Too many frames that could not be taken.")

    async def _refused(self, frame: Frame, refusal: Refusal) -> None:
        op = frame.get("op")
        await self.send("refused", op=op if _is_text(op) else None, code=refusal.code, detail=refusal.detail)


async def together(socket: Socket, *work: Awaitable[None]) -> None:
    """Runs reader and writer until the first ends, and closes with what ended it."""
    tasks = [asyncio.ensure_future(part) for part in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except Refusal as refusal:
        await socket.bye(refusal)
    except RedisError:
        await socket.bye(unavailable())
    except (WebSocketDisconnect, TimeoutError, OSError, RuntimeError):
        # The client has gone, or reads too slowly: it comes back with its cursor.
        await socket.close(1013)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 64 and not any(0xD800 <= ord(c) <= 0xDFFF for c in value)
