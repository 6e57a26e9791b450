"""The promoted model, served as `make run` serves it: a Rasa worker and an action server, on free ports."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-of-the-test"


@dataclass
class Bot:
    """A running bot. `say` is one turn of a conversation whose state it carries along."""

    url: str
    actions_url: str
    env: dict[str, str]
    actions: "subprocess.Popen[bytes]"
    states: dict[str, Any] = field(default_factory=dict)

    def restart_actions(self) -> None:
        self.actions = _start("actions", self.env)
        _wait_until_ready(f"{self.actions_url}/health", self.actions)

    def post(self, body: bytes, token: str = TOKEN, route: str = "turn") -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.url}/webhooks/baton/{route}",
            body,
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def turn(self, *texts: str, conversation: str = "c_1", seq: int = 1, **changes: Any) -> dict[str, Any]:
        messages = [{"seq": seq + place, "text": text, "payload": None} for place, text in enumerate(texts)]
        last = messages[-1]["seq"]
        return {
            "version": 1,
            "conversation": conversation,
            "turn": f"t_{last}",
            "deadline_ms": 8000,
            "messages": messages,
            "happened": [],
            "state": self.states.get(conversation),
            "context": {"channel": "widget", "page": "https://shop.example/", "verified": False},
            "transcript": {"through_seq": last, "count": last, "digest": "d" * 40},
            **changes,
        }

    def parse(self, *texts: str, seq: int = 1) -> list[dict[str, Any]]:
        """What the NLU sees in each message, without a turn."""
        messages = [{"seq": seq + place, "text": text} for place, text in enumerate(texts)]
        asked = {"version": 1, "messages": messages, "deadline_ms": 8000}
        status, answer = self.post(json.dumps(asked).encode(), route="parse")
        assert status == 200, answer
        return list(answer["seen"])

    def say(self, *texts: str, **changes: Any) -> dict[str, Any]:
        turn = self.turn(*texts, **changes)
        status, answer = self.post(json.dumps(turn).encode())
        assert status == 200, answer
        self.states[turn["conversation"]] = answer["state"]
        return answer


@pytest.fixture(scope="session")
def bot() -> Iterator[Bot]:
    model = json.loads((ROOT / "models" / "promoted.json").read_text())["model"]
    bot_port, action_port = free_port(), free_port()
    env = os.environ | {
        "BOT_PORT": str(bot_port),
        "BOT_TOKEN": TOKEN,
        "ACTION_PORT": str(action_port),
        "ACTION_TOKEN": TOKEN,
        "ACTION_URL": f"http://127.0.0.1:{action_port}/webhook",
        "MODEL": str(ROOT / "models" / model),
    }
    actions, rasa = _start("actions", env), _start("bot.serve", env)
    served = Bot(f"http://127.0.0.1:{bot_port}", f"http://127.0.0.1:{action_port}", env, actions)
    _wait_until_ready(f"{served.url}/webhooks/baton/health", rasa)
    yield served
    for process in (served.actions, rasa):
        process.terminate()
        process.wait(20)


@pytest.fixture
def fresh(bot: Bot) -> Bot:
    bot.states.clear()
    return bot


def _start(module: str, env: dict[str, str], log: Any = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=env, stdout=log, stderr=log)


def _wait_until_ready(health: str, process: "subprocess.Popen[bytes]") -> None:
    asked = urllib.request.Request(health, headers={"Authorization": f"Bearer {TOKEN}"})
    for _ in range(900):
        assert process.poll() is None, "a program of the bot ended while it started"
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the bot was not ready in 90 s")
