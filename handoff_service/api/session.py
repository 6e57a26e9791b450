"""Logging in and out at the desk, and who is asking."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from handoff_service.api.errors import PROBLEMS
from handoff_service.api.origins import check_desk
from handoff_service.domain.agents import Agent, keeps_people
from handoff_service.domain.refusals import Refusal
from handoff_service.flows.context import Context

Password = Annotated[str, Field(max_length=200)]


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    password: Password


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")
    current: Password
    new: Password


class Sessions:
    """Who sends a request: dependencies for the desk's routes."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.cookie = "__Host-baton" if ctx.settings.secure_cookies else "baton"

    async def agent(self, request: Request) -> Agent:
        """Raises Refusal: bad_origin (for what changes something), not_logged_in."""
        if request.method not in {"GET", "HEAD"}:
            check_desk(self._ctx.settings, request.headers.get("origin"))
        return await self._ctx.people.by_session(request.cookies.get(self.cookie))

    async def admin(self, request: Request) -> Agent:
        """Raises Refusal: not_allowed beside those of agent()."""
        agent = await self.agent(request)
        if not keeps_people(agent):
            raise Refusal("not_allowed", "Only an admin may do this.")
        return agent


def router(ctx: Context, sessions: Sessions) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/desk/session", tags=["desk"], responses=PROBLEMS)

    @routes.post("")
    async def log_in(login: Login, request: Request, response: Response) -> dict[str, Any]:
        check_desk(ctx.settings, request.headers.get("origin"))
        address = request.client.host if request.client else ""
        agent, token = await ctx.people.log_in(login.name, login.password, address)
        response.set_cookie(
            sessions.cookie,
            token,
            max_age=ctx.settings.session_hours * 3600,
            path="/",
            secure=ctx.settings.secure_cookies,
            httponly=True,
            samesite="strict",
        )
        return {"agent": agent.shown()}

    @routes.get("")
    async def who(request: Request) -> dict[str, Any]:
        return {"agent": (await sessions.agent(request)).shown()}

    @routes.delete("", status_code=204)
    async def log_out(request: Request, response: Response) -> None:
        await sessions.agent(request)
        await ctx.people.log_out(request.cookies[sessions.cookie])
        response.delete_cookie(sessions.cookie, path="/", secure=ctx.settings.secure_cookies, httponly=True)

    @routes.post("/password", status_code=204)
    async def password(change: NewPassword, request: Request) -> None:
        """Ends every session of this person, this one too."""
        agent = await sessions.agent(request)
        await ctx.people.own_password(agent, change.current, change.new)

    return routes
