"""The desk's side: log-in, lists, conversations, calls, and the socket."""

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from handoff_service.api.calls import ConversationId, DeskCall, desk_call, for_agent
from handoff_service.api.errors import PROBLEMS
from handoff_service.api.origins import check_desk
from handoff_service.api.session import Sessions
from handoff_service.api.sockets import Frame, Socket, together
from handoff_service.api.views import desk_view, lists
from handoff_service.domain import cursor
from handoff_service.domain.agents import Agent, lanes, may_see
from handoff_service.domain.entries import Kind
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context
from handoff_service.store.people import PRESENCE_MS, session_digest
from handoff_service.store.reads import Read, not_found

_LISTS_AT_MOST_EVERY_S = 0.3
_LISTS_AT_LEAST_EVERY_S = 5.0
_ASK_EVERY_S = PRESENCE_MS / 3_000
_notes_cursor: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=r"^(\d{1,15}-\d{1,6})?$")])


class Watch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: str
    conversation: ConversationId | None
    after: str | None = Field(None, max_length=40)
    notes_after: str | None = Field(None, max_length=30)


class Typing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: str
    conversation: ConversationId
    fence: str = Field(max_length=100)


def router(ctx: Context, sessions: Sessions) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/desk", tags=["desk"], responses=PROBLEMS)
    LoggedIn = Annotated[Agent, Depends(sessions.agent)]

    @routes.get("/conversations")
    async def all_lists(agent: LoggedIn) -> dict[str, Any]:
        return await lists(ctx, agent)

    @routes.get("/conversations/{conversation}")
    async def read(
        conversation: ConversationId,
        agent: LoggedIn,
        after: Annotated[str | None, Query(max_length=40)] = None,
        notes_after: Annotated[str, Query(pattern=r"^(\d{1,15}-\d{1,6})?$")] = "",
    ) -> dict[str, Any]:
        found = await _seen_by(ctx, agent, conversation, cursor.parse(after), notes_after)
        return {
            "view": desk_view(found, agent),
            "entries": [entry.shown() for entry in found.entries],
            "cursor": str(found.cursor),
            "from_start": found.from_start,
            "notes": [note.shown() for note in found.notes],
        }

    @routes.post("/calls")
    async def call(body: DeskCall, agent: LoggedIn) -> dict[str, Any]:
        return await for_agent(ctx, agent, body)

    _socket(ctx, routes, sessions.cookie)
    return routes


def _socket(ctx: Context, routes: APIRouter, cookie: str) -> None:
    @routes.websocket("/socket")
    async def socket(ws: WebSocket, origin: Annotated[str | None, Header()] = None) -> None:
        await ws.accept()
        line = Socket(ws)
        try:
            check_desk(ctx.settings, origin)
            token = ws.cookies.get(cookie)
            agent = await ctx.people.by_session(token)
        except Refusal as refusal:
            await line.bye(refusal)
            return
        with ctx.taps.guard(agent.id, session_digest(token or "")) as changed:
            await _Desk(ctx, line, agent, token, changed).serve()


async def _seen_by(
    ctx: Context, agent: Agent, conversation: str, after: cursor.Cursor, notes_after: str
) -> Read:
    """Raises Refusal: not_found also where the agent may not see it."""
    found = await ctx.reads.conversation(conversation, after, notes_after)
    if not may_see(agent, found.fields):
        raise not_found()
    return found


class _Desk:
    """One agent's socket: the lists, and at most one conversation that is watched."""

    def __init__(
        self, ctx: Context, line: Socket, agent: Agent, token: str | None, changed: asyncio.Event
    ) -> None:
        self._ctx = ctx
        self._line = line
        self._agent = agent
        self._token = token
        self._rights_changed = changed
        self._any = _Mark()
        self._watched: str | None = None
        self._after = cursor.START
        self._notes_after = ""
        self._shown: dict[str, Any] = {}
        self._stack = contextlib.ExitStack()

    async def serve(self) -> None:
        with self._ctx.taps.watch(None, self._any), self._stack:
            await together(
                self._line,
                self._line.read(self._handle),
                self._write_conversation(),
                self._write_lists(),
                self._ask(),
                self._until_rights_change(),
            )

    async def _handle(self, frame: Frame) -> None:
        match frame.get("type"):
            case "here":
                await self._present()
            case "typing":
                await self._typing(Typing.model_validate(frame))
            case "watch":
                await self._watch(Watch.model_validate(frame))
            case _:
                call = desk_call.validate_python(frame)
                await self._line.send("done", op=call.op, **await for_agent(self._ctx, self._agent, call))

    async def _watch(self, watch: Watch) -> None:
        after = cursor.parse(watch.after)
        notes_after = _notes_cursor.validate_python(watch.notes_after or "")
        self._stack.close()
        self._watched = None
        if watch.conversation:
            await _seen_by(self._ctx, self._agent, watch.conversation, after, notes_after)
            self._stack.enter_context(self._ctx.taps.watch(watch.conversation, self._line))
        self._watched, self._after, self._notes_after = watch.conversation, after, notes_after
        self._shown = {}
        self._line.tapped()

    async def _typing(self, typing: Typing) -> None:
        fields = await self._ctx.reads.fields(typing.conversation)
        if fields.get("fence") == typing.fence:
            await self._ctx.taps.typing(typing.conversation, Kind.AGENT, self._agent.name)

    async def _write_conversation(self) -> None:
        await self._ctx.taps.ready()
        while True:
            await self._line.wait(_LISTS_AT_LEAST_EVERY_S)
            for (conversation, kind), name in self._line.typists().items():
                if kind == Kind.CUSTOMER and conversation == self._watched:
                    await self._line.send("typing", conversation=conversation, name=name)
            if self._watched:
                await self._write_watched(self._watched)

    async def _write_watched(self, conversation: str) -> None:
        try:
            read = await _seen_by(self._ctx, self._agent, conversation, self._after, self._notes_after)
        except Refusal as refusal:
            self._watched = None
            await self._line.send("refused", op=None, code=refusal.code, detail=refusal.detail)
            return
        if conversation != self._watched:
            return
        view = desk_view(read, self._agent)
        first = not self._shown
        if view != self._shown:
            await self._line.send("conversation", view=view)
            self._shown = view
        if first or read.entries or read.from_start:
            await self._line.send(
                "entries",
                conversation=conversation,
                entries=[entry.shown() for entry in read.entries],
                cursor=str(read.cursor),
                from_start=read.from_start,
            )
        if read.notes:
            await self._line.send(
                "notes", conversation=conversation, notes=[note.shown() for note in read.notes]
            )
            self._notes_after = read.notes[-1].id
        self._after = read.cursor

    async def _write_lists(self) -> None:
        await self._ctx.taps.ready()
        await self._line.send("me", agent=self._agent.shown())
        shown: dict[str, Any] = {}
        while True:
            found = await lists(self._ctx, self._agent)
            if found != shown:
                await self._line.send("lists", **found)
                shown = found
            await asyncio.sleep(_LISTS_AT_MOST_EVERY_S)
            await self._any.wait(_LISTS_AT_LEAST_EVERY_S)

    async def _until_rights_change(self) -> None:
        """Raises Refusal, which ends the socket: not_logged_in, or rights_changed and the page comes back with them."""
        await self._rights_changed.wait()
        await self._ctx.people.by_session(self._token)
        raise Refusal("rights_changed", "What you may see and do has changed.")

    async def _ask(self) -> None:
        """Presence is answered by the page's message handler, never by its timers: hidden tabs run late."""
        number = 0
        await self._present()
        while True:
            await asyncio.sleep(_ASK_EVERY_S)
            # A log-out elsewhere, or a session that ran out, ends the socket too.
            self._agent = await self._ctx.people.by_session(self._token)
            number += 1
            await self._line.send("ask", n=number)

    async def _present(self) -> None:
        if lanes(self._agent):
            await self._ctx.people.seen(self._agent, await self._ctx.scripts.now())


class _Mark:
    def __init__(self) -> None:
        self._dirty = asyncio.Event()

    def tapped(self) -> None:
        self._dirty.set()

    def typing(self, conversation: str, kind: str, name: str) -> None:
        pass

    async def wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._dirty.wait(), seconds)
        self._dirty.clear()
