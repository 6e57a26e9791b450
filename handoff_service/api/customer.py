"""The customer's side: a conversation, its calls, and the socket."""

import hashlib
import hmac
import secrets
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from handoff_service.api.calls import ConversationId, CustomerCall, customer_call, for_customer
from handoff_service.api.errors import PROBLEMS
from handoff_service.api.limits import Buckets
from handoff_service.api.origins import check_widget
from handoff_service.api.sockets import Frame, Socket, together
from handoff_service.api.views import customer_view
from handoff_service.domain import cursor
from handoff_service.domain.entries import Kind, as_text
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context, new_id
from handoff_service.store.reads import not_found

_LIVELY_S, _QUIET_S = 1.5, 20.0


class NewConversation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    widget: str = Field(max_length=64)
    page: str = Field("", max_length=2_000)


class Hello(BaseModel):
    type: str = Field(pattern="^hello$")
    conversation: ConversationId
    token: str = Field(max_length=100)
    after: str | None = Field(None, max_length=40)


class Created(BaseModel):
    conversation: str
    token: str


def router(ctx: Context) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["customer"], responses=PROBLEMS)
    new_ones = Buckets(burst=20, per_second=0.5)
    calls_of = Buckets(burst=30, per_second=10)

    @routes.get("/widget/{key}")
    async def widget(key: str, origin: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        check_widget(ctx.settings, origin)
        _check_key(ctx, key)
        return {
            "title": ctx.settings.widget_title,
            "greeting": ctx.settings.widget_greeting,
            "bot": ctx.bot.status,
            "people_online": await ctx.people.anybody_present(await ctx.scripts.now()),
            "privacy_url": ctx.settings.privacy_url,
        }

    @routes.post("/conversations", status_code=201)
    async def create(
        new: NewConversation, request: Request, origin: Annotated[str | None, Header()] = None
    ) -> Created:
        check_widget(ctx.settings, origin)
        _check_key(ctx, new.widget)
        new_ones.take(request.client.host if request.client else "")
        token = secrets.token_urlsafe(32)
        made = await ctx.scripts.run(
            "open_conversation",
            id=new_id("c"),
            token_hash=_hash(token),
            widget=new.widget,
            channel="widget",
            page=_origin_and_path(new.page),
        )
        return Created(conversation=made["conversation"], token=token)

    @routes.get("/conversations/{conversation}")
    async def read(
        conversation: ConversationId,
        after: Annotated[str | None, Query(max_length=40)] = None,
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        await _authenticate(ctx, conversation, _bearer(authorization))
        found = await ctx.reads.conversation(conversation, cursor.parse(after))
        return {
            "view": await customer_view(ctx, found),
            "entries": [entry.shown() for entry in found.entries],
            "cursor": str(found.cursor),
            "from_start": found.from_start,
        }

    @routes.get("/conversations/{conversation}/transcript", response_class=PlainTextResponse)
    async def transcript(
        conversation: ConversationId, authorization: Annotated[str, Header()] = ""
    ) -> PlainTextResponse:
        """All that the customer can read, as text; times in UTC."""
        await _authenticate(ctx, conversation, _bearer(authorization))
        found = await ctx.reads.conversation(conversation, cursor.START)
        return PlainTextResponse(
            as_text(found.entries),
            headers={"Content-Disposition": 'attachment; filename="conversation.txt"'},
        )

    @routes.post("/conversations/{conversation}/calls")
    async def call(
        conversation: ConversationId,
        body: CustomerCall,
        authorization: Annotated[str, Header()] = "",
        origin: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        check_widget(ctx.settings, origin)
        await _authenticate(ctx, conversation, _bearer(authorization))
        calls_of.take(conversation)
        return await for_customer(ctx, conversation, body)

    _socket(ctx, routes)
    return routes


def _socket(ctx: Context, routes: APIRouter) -> None:
    @routes.websocket("/conversations/socket")
    async def socket(ws: WebSocket) -> None:
        await ws.accept()
        line = Socket(ws)
        try:
            check_widget(ctx.settings, ws.headers.get("origin"))
            hello = Hello.model_validate(await line.hello())
            await _authenticate(ctx, hello.conversation, hello.token)
            after = cursor.parse(hello.after)
        except Refusal as refusal:
            await line.bye(refusal)
        except ValueError:
            await line.bye(Refusal("bad_frame", "The first frame must be a hello."))
        else:
            await _serve(ctx, line, hello.conversation, after)


async def _serve(ctx: Context, line: Socket, conversation: str, after: cursor.Cursor) -> None:
    async def handle(frame: Frame) -> None:
        if frame.get("type") == "typing":
            await ctx.taps.typing(conversation, Kind.CUSTOMER, "Customer")
            return
        call = customer_call.validate_python(frame)
        await line.send("done", op=call.op, **await for_customer(ctx, conversation, call))

    with ctx.taps.watch(conversation, line):
        await together(line, line.read(handle), _write(ctx, line, conversation, after))


async def _write(ctx: Context, line: Socket, conversation: str, after: cursor.Cursor) -> None:
    await ctx.taps.ready()
    shown: dict[str, Any] = {}
    first = True
    while True:
        for (_, kind), name in line.typists().items():
            if kind == Kind.AGENT:
                await line.send("typing", name=name)
        read = await ctx.reads.conversation(conversation, after)
        if first or read.entries or read.from_start:
            entries = [entry.shown() for entry in read.entries]
            await line.send("entries", entries=entries, cursor=str(read.cursor), from_start=read.from_start)
        after, first = read.cursor, False
        view = await customer_view(ctx, read)
        if view != shown:
            await line.send("view", **view)
            shown = view
        # The place in the line and the bot's readiness change without a tap on this conversation.
        await line.wait(_LIVELY_S if view["line"] or view["bot"] != "ready" else _QUIET_S)


async def _authenticate(ctx: Context, conversation: str, token: str) -> None:
    """An unknown conversation and another's token are the same refusal. Raises Refusal: not_found."""
    fields = await ctx.reads.fields(conversation)
    if not hmac.compare_digest(fields["token_hash"], _hash(token)):
        raise not_found()


def _check_key(ctx: Context, key: str) -> None:
    if key != ctx.settings.widget_key:
        raise Refusal("not_found", "There is no widget with this key.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _bearer(authorization: str) -> str:
    return authorization.removeprefix("Bearer ").strip()


def _origin_and_path(page: str) -> str:
    """A page's query and fragment may carry personal data; they stay outside."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return ""
    return (
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        if parts.scheme in {"http", "https"}
        else ""
    )
