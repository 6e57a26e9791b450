"""People of the desk: colleagues, for everybody; their accounts, for admins."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from handoff_service.api.errors import PROBLEMS
from handoff_service.api.session import Sessions
from handoff_service.domain.agents import Agent, Role
from handoff_service.domain.refusals import Refusal
from handoff_service.domain.text import clean
from handoff_service.flows.context import Context
from handoff_service.store.people import new_agent

LoginName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")]
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
Skills = Annotated[list[Skill], Field(max_length=20)]
ShownName = Annotated[str, StringConstraints(max_length=60)]


class NewPerson(BaseModel):
    model_config = ConfigDict(extra="forbid")
    login: LoginName
    name: ShownName = ""
    role: Role = Role.AGENT
    skills: Skills = []


class Changes(BaseModel):
    """What is left out stays. `new_password`: one is made and shown, once."""

    model_config = ConfigDict(extra="forbid")
    name: ShownName | None = None
    role: Role | None = None
    skills: Skills | None = None
    disabled: bool | None = None
    new_password: bool = False


def router(ctx: Context, sessions: Sessions) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/desk", tags=["people"], responses=PROBLEMS)
    LoggedIn = Annotated[Agent, Depends(sessions.agent)]
    Admin = Annotated[Agent, Depends(sessions.admin)]

    @routes.get("/people")
    async def colleagues(_: LoggedIn) -> dict[str, Any]:
        there = {agent.id for agent in await ctx.people.on_duty(await ctx.scripts.now())}
        return {
            "people": [agent.shown() | {"present": agent.id in there} for agent in await ctx.people.all()]
        }

    @routes.get("/accounts")
    async def accounts(_: Admin) -> dict[str, Any]:
        return {"accounts": [account.shown() for account in await ctx.people.accounts()]}

    @routes.post("/accounts", status_code=201)
    async def add(person: NewPerson, _: Admin) -> dict[str, Any]:
        name = clean(person.name) if person.name else person.login
        password = secrets.token_urlsafe(12)
        agent = new_agent(person.login, name, person.role, person.skills)
        if not await ctx.people.add(agent, password):
            raise Refusal("bad_person", "There is somebody with this log-in name already.")
        return {"account": (await ctx.people.account(person.login)).shown(), "password": password}

    @routes.patch("/accounts/{login}")
    async def change(login: LoginName, changes: Changes, _: Admin) -> dict[str, Any]:
        wanted = changes.model_dump(exclude_none=True, exclude={"new_password"})
        if "skills" in wanted:
            wanted["skills"] = tuple(wanted["skills"])
        if "name" in wanted:
            wanted["name"] = clean(wanted["name"])
        account = await ctx.people.change(login, **wanted) if wanted else await ctx.people.account(login)
        password = None
        if changes.new_password:
            password = secrets.token_urlsafe(12)
            await ctx.people.set_password(login, password)
        return {"account": account.shown(), "password": password}

    return routes
