"""Role by endpoint, cell by cell."""

import time
from typing import Any

import httpx
import pytest

from handoff_service.api.calls import desk_call
from handoff_service.domain.agents import Role
from handoff_service.store.people import new_agent
from tests.api.doors import DOORS, WHO, Door, expected
from tests.api.test_openapi import DOCUMENT
from tests.support.service import DESK, PASSWORD, Running, op

ROLES = {
    "agent": (Role.AGENT, ()),
    "security agent": (Role.AGENT, ("security",)),
    "supervisor": (Role.SUPERVISOR, ()),
    "trainer": (Role.TRAINER, ("security",)),
    "admin": (Role.ADMIN, ()),
}
NEEDED = ("general", "incident", "mine", "answered", "spam")
PUBLIC = {"/api/v1/desk/session"}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
async def test_that_every_cell_is_true(service: Running, door: Door) -> None:
    service.ctx.people._count_try = _freely  # type: ignore[method-assign]
    await service.ctx.people.add(new_agent("target", "Target", Role.AGENT, ()), PASSWORD)
    for who in WHO:
        answer = await _knock(service, door, who)
        status = expected(door, who)
        assert answer.status_code == status if status else answer.status_code < 300, (who, answer.text)


async def _freely(what: str) -> None: ...


async def _knock(service: Running, door: Door, who: str) -> httpx.Response:
    """The door, tried by this person, on conversations of its own."""
    desk = await service.agent(f"{who.replace(' ', '-')}", *ROLES[who]) if who in ROLES else None
    fill = await _conversations(service, door, desk)
    headers = {"origin": DESK} if "/desk" in door.path else {}
    if who in {"customer", "other customer"}:
        headers["Authorization"] = f"Bearer {fill['token'] if who == 'customer' else fill['other token']}"
    body = {
        name: fill.get(str(value)[1:-1], value) if str(value)[:1] == "{" else value
        for name, value in door.body
    }
    if "type" in body:
        body["op"] = op()
    http = desk.http if desk else service.http()
    path = door.path.format(**{name: value for name, value in fill.items() if isinstance(value, str)})
    answer = await http.request(door.method, path, json=body or None, headers=headers)
    if not desk:
        await http.aclose()
    if who == "admin" and door.name == "add a person":
        assert answer.json()["account"]["login"] == "somebody"
    return answer


async def _conversations(service: Running, door: Door, desk: Any) -> dict[str, Any]:
    """What the door's path and body name, and no more: new conversations are throttled."""
    wanted = door.path + str(door.body)
    fill: dict[str, Any] = {
        "soon": int(time.time() * 1000) + 3_600_000,
        "fence": "none",
        "token": "t",
        "other token": "o",
    }
    service_customers = [
        name for name in ("general", "incident", "mine", "answered", "spam") if f"{{{name}}}" in wanted
    ]
    for name in service_customers:
        customer = await service.customer()
        fill[name], fill["token"], fill["other token"] = customer.conversation, customer.token, "x" * 43
        if name == "incident":
            await customer.call("report_security", what="strangers post as us")
        else:
            await customer.call("ask_person")
        if name in {"mine", "answered"} and desk:
            taken = await desk.call("take", conversation=customer.conversation)
            fill["fence"] = taken.json().get("fence", "none")
            if name == "answered":
                await desk.call(
                    "reply", conversation=customer.conversation, fence=fill["fence"], text="x", seen=9
                )
        if name == "spam":
            owner = await service.agent(f"owner{len(service.desks)}")
            held = await owner.take(customer.conversation)
            await owner.call("unwanted", outcome="spam", **held)
    return fill


def test_that_every_endpoint_and_every_call_has_its_row() -> None:
    paths = set(DOCUMENT["paths"]) - PUBLIC
    names = {"key": "demo", "conversation": "{general}", "login": "target"}
    assert {path.format(**names) for path in paths} <= {door.path for door in DOORS}
    calls = {dict(door.body)["type"] for door in DOORS if "calls" in door.path and "desk" in door.path}
    assert calls == set(desk_call.json_schema()["discriminator"]["mapping"])
