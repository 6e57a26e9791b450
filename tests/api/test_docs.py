"""Documentation is tested too: what a reader looks up must be there."""

from pathlib import Path

import pytest

from handoff_service.api.calls import customer_call, desk_call
from handoff_service.domain.entries import Event
from handoff_service.domain.refusals import STATUS
from handoff_service.settings import Settings
from tests.support.docs import DRAWN

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DRAWN)
def test_that_what_is_drawn_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == DRAWN[name](), "run `make docs`"


@pytest.mark.parametrize("code", STATUS)
def test_that_every_refusal_stands_in_the_protocol(code: str) -> None:
    assert f"`{code}`" in PROTOCOL


@pytest.mark.parametrize("event", list(Event))
def test_that_every_event_stands_in_the_protocol(event: str) -> None:
    assert f"`{event}`" in PROTOCOL


@pytest.mark.parametrize("adapter", [customer_call, desk_call])
def test_that_every_call_stands_in_the_protocol(adapter: object) -> None:
    schema = adapter.json_schema()  # type: ignore[attr-defined]
    for name in schema["discriminator"]["mapping"]:
        assert name in PROTOCOL


@pytest.mark.parametrize("name", Settings.model_fields)
def test_that_every_setting_stands_in_operations(name: str) -> None:
    assert f"`{name.upper()}`" in OPERATIONS
