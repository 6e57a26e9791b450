"""Everything behind `make run`, on free ports, and a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.local.browser import find_browser
from deploy.local.stack import Local
from tests.journey.people import AgentPage, CustomerPage, add_agent


@pytest.fixture(scope="module")
def baton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    local = Local(Path(tmp_path_factory.mktemp("baton")) / "var", say=lambda line: None)
    local.start()
    assert local.bot_ready.wait(90), "the bot did not become ready"
    for login in ("sam", "kim"):
        add_agent(local.redis_url, login)
    yield local
    local.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not for the whole session: while it lives, Playwright keeps a loop running that other tests want.
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def customer(baton: Local, chromium: Browser) -> Iterator[CustomerPage]:
    page = CustomerPage(chromium.new_context(), baton.demo_url)
    yield page
    page.close()


@pytest.fixture
def sam(baton: Local, chromium: Browser) -> Iterator[AgentPage]:
    page = AgentPage(chromium.new_context(), baton.desk_url, "sam")
    yield page
    page.close()


@pytest.fixture
def kim(baton: Local, chromium: Browser) -> Iterator[AgentPage]:
    page = AgentPage(chromium.new_context(), baton.desk_url, "kim")
    yield page
    page.close()
