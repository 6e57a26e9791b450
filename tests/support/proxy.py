"""A TCP proxy before Redis that can be late and can lose answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Proxy:
    """`lose_every`: each so-many-th answer to a script is swallowed, and its connection cut. `delay_s`: how late
    what a subscriber sends and gets is passed on."""

    def __init__(self, target_url: str) -> None:
        self._target = urlsplit(target_url)
        self.lose_every = 0
        self.delay_s = 0.0
        self.lost = 0
        self._scripts = 0
        self._port = 0
        self._pumps: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://:{self._target.password}@127.0.0.1:{self._port}{self._target.path}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._pumps.add(task)
        there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        state = {"subscriber": False, "swallow": False}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back, state, to_server=True))
                group.create_task(self._pump(there, writer, state, to_server=False))
        except* (ConnectionError, _Cut):
            pass
        finally:
            self._pumps.discard(task)
            for end in (writer, back):
                end.close()
                with contextlib.suppress(ConnectionError):
                    await end.wait_closed()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        state: dict[str, bool],
        to_server: bool,
    ) -> None:
        while data := await source.read(65_536):
            if to_server:
                state["subscriber"] |= b"SUBSCRIBE" in data
                self._scripts += b"EVALSHA" in data
                state["swallow"] = bool(
                    b"EVALSHA" in data and self.lose_every and self._scripts % self.lose_every == 0
                )
            elif state["swallow"]:
                self.lost += 1
                raise _Cut
            if state["subscriber"] and self.delay_s:
                await asyncio.sleep(self.delay_s)
            sink.write(data)
            await sink.drain()
        raise _Cut


class _Cut(Exception):
    pass
