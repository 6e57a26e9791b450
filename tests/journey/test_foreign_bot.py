"""A company's own Rasa bot, on Rasa's stock REST channel, hands over by our action; a second post changes nothing."""

import asyncio
import contextlib
import json
import os
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deploy.local.ports import free_port
from deploy.local.stack import BOT_PYTHON, ROOT, promoted_model
from handoff_service.settings import Settings
from tests.support.service import Running, eventually

KEY = "a shared key"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.foreign_bots = {"shop": SecretStr(KEY)}
    return settings


@contextlib.contextmanager
def program(*arguments: str, **environment: str) -> Iterator[None]:
    env = (
        os.environ | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"} | environment
    )
    process = subprocess.Popen(
        [BOT_PYTHON, "-m", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def say(url: str, sender: str, text: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        f"{url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        said: list[dict[str, Any]] = json.load(answer)
        return said


async def test_that_rasas_own_rest_channel_hands_over_with_everything_that_was_said(
    service: Running, tmp_path: Path
) -> None:
    action_port, bot_port = free_port(), free_port()
    bot = f"http://127.0.0.1:{bot_port}"
    (tmp_path / "credentials.yml").write_text("rest:\n")
    (tmp_path / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{action_port}/webhook\n"
        "  headers:\n    Authorization: Bearer action-token\n"
    )
    actions = {
        "ACTION_TOKEN": "action-token", "ACTION_PORT": str(action_port),
        "BATON_URL": service.url, "BATON_BOT": "shop", "BATON_BOT_KEY": KEY,
    }  # fmt: skip
    run = [
        "rasa",
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(bot_port),
        "--model",
        str(promoted_model()),
    ]
    run += [
        "--endpoints",
        str(tmp_path / "endpoints.yml"),
        "--credentials",
        str(tmp_path / "credentials.yml"),
    ]
    with program("actions", **actions), program(*run):
        await asyncio.to_thread(_until_up, bot)
        sender = f"visitor-{uuid.uuid4().hex}"
        answered = await asyncio.to_thread(say, bot, sender, "how do I get a refund")
        assert answered and "person" not in answered[0]["text"]
        handed = await asyncio.to_thread(say, bot, sender, "my order is PL-88213, let me talk to a person")
        sam = await service.agent()
        (card,) = (await eventually(sam.lists, lambda lists: lists["waiting"]))["waiting"]
        found = await sam.read(card["conversation"])
        customers = [entry for entry in found["entries"] if entry["author"]["kind"] == "customer"]
        assert [entry["text"] for entry in customers] == [
            "how do I get a refund",
            "my order is PL-88213, let me talk to a person",
        ]
        assert handed == [{"recipient_id": sender, "text": found["entries"][-1]["text"]}]
        packet = found["view"]["packet"]
        assert {"kind": "order_number", "value": "PL-88213", "seq": customers[1]["seq"]} in packet["known"]
        assert [one["topic"] for one in packet["tried"]] == ["refund"]

        again = await asyncio.to_thread(say, bot, sender, "hello? a person please")
        assert again
        lists = await sam.lists()
        assert len(lists["waiting"]) == 1, "never a second place"
        texts = [entry["text"] for entry in (await sam.read(card["conversation"]))["entries"]]
        assert texts.count("how do I get a refund") == texts.count("hello? a person please") == 1


def _until_up(url: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/", timeout=2):
            return
        time.sleep(0.3)
    raise AssertionError("the bot did not start")
