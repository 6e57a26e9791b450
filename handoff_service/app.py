"""The composition root: the only place that makes a Redis client, an HTTP client, and the app."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.middleware.base import RequestResponseEndpoint

from handoff_service.api import customer, desk, errors, foreign, people, session
from handoff_service.api.limits import BodyLimit
from handoff_service.bot_client import BotClient
from handoff_service.domain.agents import Role
from handoff_service.flows import sweep
from handoff_service.flows.context import Context
from handoff_service.settings import Settings
from handoff_service.store.keys import Keys
from handoff_service.store.people import People, new_agent
from handoff_service.store.reads import Reads
from handoff_service.store.scripts import Scripts
from handoff_service.store.taps import Taps
from handoff_service.wire import HandoffPacket

_STATIC = Path(__file__).parent / "static"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def redis_client(settings: Settings) -> "Redis":
    """Its own retries are off: a script is repeated by Scripts, under the same operation id."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        # A burst waits for a connection; the library's default refuses beyond 100.
        max_connections=64,
        timeout=5,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=3,
        socket_timeout=None,
    )
    return Redis.from_pool(pool)


def create_app(
    settings: Settings,
    bot_transport: httpx.AsyncBaseTransport | None = None,
    hasher: PasswordHasher | None = None,
) -> FastAPI:
    """`bot_transport` takes the place of the network to the bot; tests script a bot with it. `hasher`: as in People."""
    redis = redis_client(settings)
    keys = Keys(settings.workspace)
    reads = Reads(redis, keys)
    http = httpx.AsyncClient(base_url=settings.bot_url, transport=bot_transport)
    ctx = Context(
        settings=settings,
        scripts=Scripts(redis, keys.prefix),
        reads=reads,
        taps=Taps(redis, keys, reads),
        people=People(redis, keys, session_seconds=settings.session_hours * 3600, hasher=hasher),
        bot=BotClient(http, settings.bot_token.get_secret_value(), settings.bot_warm_up_s),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await _first_agent(ctx)
        loops = [
            asyncio.create_task(loop)
            for loop in (ctx.taps.run(), ctx.bot.watch_health(), sweep.for_ever(ctx))
        ]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await ctx.stop()
            await http.aclose()
            await redis.aclose()

    app = FastAPI(title="Baton", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.ctx = ctx
    errors.install(app)
    app.include_router(customer.router(ctx))
    sessions = session.Sessions(ctx)
    app.include_router(session.router(ctx, sessions))
    app.include_router(desk.router(ctx, sessions))
    app.include_router(people.router(ctx, sessions))
    app.include_router(foreign.router(ctx))
    _pages(app)
    errors.document(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.widget_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type"],
        max_age=600,
    )
    return app


def _pages(app: FastAPI) -> None:
    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @app.get("/api/v1/schemas/handoff-packet.json", tags=["schemas"])
    async def packet_schema() -> dict[str, Any]:
        return HandoffPacket.model_json_schema()

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/desk/")

    @app.get("/widget.js", include_in_schema=False)
    async def widget() -> FileResponse:
        return FileResponse(
            _STATIC / "widget.js",
            media_type="text/javascript",
            headers={"Cache-Control": "max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    app.mount("/desk", StaticFiles(directory=_STATIC / "desk", html=True, check_dir=False))

    @app.middleware("http")
    async def headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.url.path.startswith("/desk"):
            response.headers["Content-Security-Policy"] = _PAGE_POLICY
        if request.url.path.startswith("/api"):
            response.headers["Cache-Control"] = "no-store"
        return response


async def _first_agent(ctx: Context) -> None:
    """There is no default password: the first agent exists only where one was generated or set."""
    password = ctx.settings.first_password
    if password and not await ctx.people.all():
        await ctx.people.add(
            new_agent("admin", "Support", Role.ADMIN, ["security"]), password.get_secret_value()
        )
