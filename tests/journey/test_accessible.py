"""axe-core on the widget and the desk, in light and dark, on a phone and on a desk."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journey.people import AgentPage, CustomerPage

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_that_widget_and_desk_have_no_known_barrier(
    customer: CustomerPage, sam: AgentPage, scheme: str, size: tuple[int, int]
) -> None:
    words = f"talk to a person about barriers {scheme} {size[0]}"
    for page in (customer.page, sam.page):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": size[0], "height": size[1]})
    customer.say("how do refunds work")
    expect(customer.said_by("bot")).to_have_count(1)
    assert violations(customer.page) == []
    customer.say(words)
    customer.state("waiting")
    assert violations(customer.page) == []
    sam.take(words)
    sam.has_it()
    assert violations(sam.page) == []
    sam.propose("Done?")
    expect(customer.button("Yes, solved")).to_be_visible()
    assert violations(customer.page) == []
