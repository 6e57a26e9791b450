"""Schemathesis over the OpenAPI document: no 5xx, nothing undocumented, for whoever asks."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig

from handoff_service.api.limits import Bucket
from handoff_service.app import create_app
from handoff_service.domain.agents import Role
from handoff_service.settings import Settings
from tests.support.service import DESK, ORIGIN, Running

CASES = 12
# A text of spaces fits the schema and is refused by name; so is what a conversation's state does not allow.
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "4xx"]}}}
DOCUMENT = create_app(Settings(_env_file=None, environment="development")).openapi()  # type: ignore[call-arg]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(CONFIG))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
ENDS_SESSIONS = {("delete", "/api/v1/desk/session"), ("post", "/api/v1/desk/session/password")}


@pytest.mark.parametrize("who", ["nobody", "customer", "agent", "trainer", "admin"])
async def test_that_nothing_undocumented_is_answered(
    service: Running, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "take", lambda self: None)
    service.ctx.people._count_try = _freely  # type: ignore[method-assign]
    customer = await service.customer("hello")
    await customer.call("ask_person")
    given_ = {"headers": {"Origin": ORIGIN}, "cookies": {}}
    held: dict[str, Any] = {"conversation": customer.conversation}
    if who == "customer":
        given_["headers"]["Authorization"] = f"Bearer {customer.token}"
    elif who != "nobody":
        desk = await service.agent(who, Role(who))
        given_ = {"headers": {"Origin": DESK}, "cookies": {"baton": desk.http.cookies["baton"]}}
        if who == "agent":
            held = await desk.take()
    await asyncio.to_thread(_all, service.url, given_, held)


async def _freely(what: str) -> None:
    """Log-ins are throttled after eight; what is looked at here is the answers."""


def _all(url: str, given_: dict[str, Any], held: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        if (operation.method, operation.path) in ENDS_SESSIONS and given_["cookies"]:
            continue
        _cases(operation, lambda case: _check(case, url, given_, held))()


def _cases(operation: Any, check: Callable[[Any], None]) -> Callable[[], None]:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any) -> None:
        check(case)

    return run


def _check(case: Any, url: str, given_: dict[str, Any], held: dict[str, Any]) -> None:
    """Every second case is about a conversation that is there, with the fence where the agent has it."""
    if len(str(case.body)) % 2:
        if "conversation" in (case.path_parameters or {}):
            case.path_parameters["conversation"] = held["conversation"]
        if isinstance(case.body, dict):
            case.body |= {name: value for name, value in held.items() if name in case.body}
    case.call_and_validate(base_url=url, **given_)
