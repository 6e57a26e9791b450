"""A customer at the widget and an agent at the desk, as a person would use them."""

import os
import re
import subprocess
import sys

from playwright.sync_api import BrowserContext, Locator, Page, expect

expect.set_options(timeout=15_000)
_passwords: dict[str, str] = {}


def add_agent(redis_url: str, login: str) -> None:
    """As an operator does it, from a terminal; the printed password is kept for the log-in."""
    command = [sys.executable, "-m", "handoff_service.cli", "agents", "add", login, "--name", login.title()]
    env = os.environ | {"REDIS_URL": redis_url}
    printed = subprocess.run(
        [*command, "--skill", "security"], env=env, check=True, capture_output=True, text=True
    )
    _passwords[login] = printed.stdout.split()[-1]


class CustomerPage:
    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.errors: list[str] = []
        self.page = self._open()

    def _open(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda line: self.errors.append(line.text) if "Content Security" in line.text else None
        )
        page.goto(self.address)
        launcher = page.get_by_role("button", name=re.compile("^Help: "))
        expect(launcher).to_be_visible()
        if launcher.get_attribute("aria-expanded") == "false":
            launcher.click()
        return page

    def second_tab(self) -> Page:
        return self._open()

    def say(self, text: str) -> None:
        field = self.page.get_by_role("textbox", name="Your message")
        field.fill(text)
        field.press("Enter")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def said_by(self, kind: str) -> Locator:
        return self.page.locator(f"li[data-kind={kind}] .bubble")

    def event(self, name: str) -> Locator:
        return self.page.locator(f"[data-event={name}]")

    def state(self, state: str) -> None:
        expect(self.page.locator(f"#panel[data-state={state}]")).to_be_visible()

    def texts(self) -> list[str]:
        return self.page.locator("li[data-seq] .bubble, li[data-seq] .line").all_inner_texts()

    def close(self) -> None:
        self.context.close()
        assert self.errors == []


class AgentPage:
    def __init__(self, context: BrowserContext, address: str, login: str) -> None:
        self.context = context
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.page.get_by_label("Name").fill(login)
        self.page.get_by_label("Password").fill(_passwords[login])
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("navigation", name="Conversations")).to_be_visible()

    def waiting(self, words: str) -> Locator:
        return self.page.locator("li.card[data-state=waiting]").filter(has_text=words)

    def mine(self, words: str) -> Locator:
        return self.page.get_by_role("region", name="Mine").locator("li.card").filter(has_text=words)

    def take(self, words: str) -> None:
        self.waiting(words).get_by_role("button", name="Take", exact=True).click()

    def has_it(self) -> None:
        expect(self.page.locator(".conversation .head p")).to_have_text("Yours")

    def reply(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Reply to the customer").fill(text)
        self.page.get_by_role("button", name="Send reply").click()

    def propose(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Reply to the customer").fill(text)
        self.page.get_by_role("button", name="Send and ask if solved").click()

    @property
    def transcript(self) -> Locator:
        return self.page.get_by_role("log", name="Transcript")

    @property
    def facts(self) -> Locator:
        return self.page.get_by_role("complementary", name="Facts")

    def close(self) -> None:
        self.context.close()
        assert self.errors == []
