"""Ctrl-C in the middle of a talk, and again `make run`: the talk goes on."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect

from deploy.local.ports import free_port
from tests.journey.people import AgentPage, CustomerPage, add_agent


@contextmanager
def program(var: Path, port: int, demo_port: int) -> Iterator[str]:
    """The program behind `make run` until Ctrl-C; yields what it printed up to 'the bot is ready'."""
    command = [sys.executable, "-m", "deploy.local.run", "--port", str(port), "--demo-port", str(demo_port)]
    env = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    running = subprocess.Popen([*command, "--var", str(var)], stdout=subprocess.PIPE, text=True, env=env)
    assert running.stdout
    printed = ""
    for line in running.stdout:
        printed += line
        if "ready" in line:
            break
    try:
        yield printed
    finally:
        running.send_signal(signal.SIGINT)
        printed += running.stdout.read()
        running.stdout.close()
        assert running.wait(30) == 0, printed


def test_that_ctrl_c_loses_nothing_and_the_talk_goes_on(chromium: Browser, tmp_path: Path) -> None:
    var, port, demo_port = tmp_path / "var", free_port(), free_port()
    with program(var, port, demo_port) as screen:
        address = re.search(r"http://\S+/", screen)
        assert address
        assert f":{port}/desk/" in screen
        add_agent((var / "redis-url").read_text().strip(), "sam")
        customer = CustomerPage(chromium.new_context(), f"http://127.0.0.1:{demo_port}/")
        sam = AgentPage(chromium.new_context(), f"http://127.0.0.1:{port}/desk/", "sam")
        customer.say("somebody logged into our workspace from a country we have never been to")
        customer.state("waiting")
        sam.take("never been to")
        sam.reply("I am looking at it.")
        expect(customer.said_by("agent")).to_have_count(1)
        before = customer.texts()
    expect(customer.page.get_by_text("Reconnecting")).to_be_visible()
    customer.say("written while everything was down")
    with program(var, port, demo_port) as screen:
        assert "as you set it" in screen
        expect(customer.page.locator("li[data-kind=customer]")).to_have_count(2, timeout=40_000)
        assert customer.texts() == [*before, "written while everything was down"]
        expect(sam.transcript).to_contain_text("written while everything was down", timeout=40_000)
        sam.reply("Back again.")
        expect(customer.said_by("agent").last).to_have_text("Back again.")
    customer.close()
    sam.close()
