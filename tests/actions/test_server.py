"""The action server: only for callers with the token."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    port = free_port()
    env = os.environ | {"ACTION_PORT": str(port), "ACTION_TOKEN": "secret"}
    process = subprocess.Popen(
        [sys.executable, "-m", "actions"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            status(f"{address}/health", "")
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(20)


def status(url: str, token: str, body: bytes | None = None) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, {"Authorization": token}), timeout=5
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def call() -> bytes:
    return json.dumps(
        {"next_action": "action_nobody_knows", "tracker": {"sender_id": "c"}, "domain": {}}
    ).encode()


@pytest.mark.parametrize("token", ["", "secret", "Bearer", "Bearer wrong", "Basic secret"])
def test_that_nobody_without_the_token_gets_in(url: str, token: str) -> None:
    assert status(f"{url}/webhook", token, call()) == 401
    assert status(f"{url}/actions", token) == 401


def test_that_the_token_opens(url: str) -> None:
    assert status(f"{url}/webhook", "Bearer secret", call()) == 404


def test_that_it_does_not_start_without_a_token() -> None:
    env = {name: value for name, value in os.environ.items() if name != "ACTION_TOKEN"}
    ended = subprocess.run(
        [sys.executable, "-m", "actions"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "ACTION_TOKEN" in ended.stderr
