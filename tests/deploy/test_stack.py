"""What `make run` starts, with small programs in the place of service, actions and bot."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
import redis

from deploy.local.ports import StartError, answers, free_port, wait_until
from deploy.local.secrets_file import load_secrets
from deploy.local.stack import ROOT, Local

STANDIN = str(Path(__file__).with_name("standin.py"))
COMMANDS = {
    "service": [sys.executable, STANDIN, "PORT"],
    "actions": [sys.executable, STANDIN, "ACTION_PORT"],
    "bot": [sys.executable, STANDIN, "BOT_PORT"],
}
PROGRAM = f"""
import sys
from pathlib import Path
from deploy.local import run, stack
run.Local = lambda var, **more: stack.Local(var, model=Path("none"), commands={COMMANDS!r}, **more)
run.main()
"""


def local(var: Path, **more) -> Local:
    return Local(var, model=Path("none"), commands=COMMANDS, **more)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Local]:
    stack = local(tmp_path / "var", say=lambda line: None)
    stack.start()
    yield stack
    stack.stop()


def environment(url: str) -> dict[str, str]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_that_each_program_gets_what_it_needs_and_no_more(running: Local) -> None:
    assert running.bot_ready.wait(10)
    service, bot = environment(running.service_url), environment(running.bot_url)
    assert json.loads(service["WIDGET_ORIGINS"])[0] == running.demo_url
    assert json.loads(service["DESK_ORIGINS"])[0] == running.service_url
    assert service["BOT_URL"] == running.bot_url
    assert service["BOT_TOKEN"] == bot["BOT_TOKEN"]
    assert service["FIRST_PASSWORD"] == running.first_password
    assert not {"REDIS_URL", "FIRST_PASSWORD"} & bot.keys()
    with redis.Redis.from_url(service["REDIS_URL"]) as client:
        assert client.ping()


def test_that_secrets_and_first_password_are_for_the_owner_only(running: Local) -> None:
    for name in ("secrets.env", "first-login.txt", "valkey/valkey.conf"):
        assert (running.var / name).stat().st_mode & 0o777 == 0o600
    assert running.first_password in (running.var / "first-login.txt").read_text()
    assert running.var.stat().st_mode & 0o777 == 0o700


def test_that_secrets_stay_and_missing_ones_are_added(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    made, first = load_secrets(path)
    again, second = load_secrets(path)
    assert (first, second, again) == (True, False, made)
    path.write_text("BOT_TOKEN=mine\n")
    path.chmod(0o644)
    completed, _ = load_secrets(path)
    assert completed.keys() == made.keys()
    assert completed["BOT_TOKEN"] == "mine"
    assert path.stat().st_mode & 0o777 == 0o600


def test_that_data_and_secrets_are_there_again_at_the_next_start(tmp_path: Path) -> None:
    for value in (None, b"yes"):
        stack = local(tmp_path, say=lambda line: None)
        stack.start()
        with redis.Redis.from_url(stack.redis_url) as client:
            assert client.get("kept") == value
            client.set("kept", "yes")
        password = stack.first_password
        stack.stop()
        assert not answers(int(stack.service_url.rsplit(":", 1)[1]))
    assert password in (tmp_path / "first-login.txt").read_text()


def test_that_one_program_can_be_stopped_and_the_others_go_on(running: Local) -> None:
    assert running.bot_ready.wait(10)
    running.stop_child("bot")
    with pytest.raises(urllib.error.URLError):
        environment(running.bot_url)
    assert environment(running.service_url)
    running.start_child("bot")
    assert wait_until(lambda: answers(int(running.bot_url.rsplit(":", 1)[1])), 5)


def test_that_valkey_comes_back_with_its_data_on_the_same_address(running: Local) -> None:
    with redis.Redis.from_url(running.redis_url) as client:
        client.set("kept", "yes")
        killed = running.pid("valkey")
        assert killed
        os.kill(killed, signal.SIGKILL)
        assert wait_until(lambda: running.pid("valkey") not in (None, killed), 5)
        assert wait_until(lambda: answers(client.connection_pool.connection_kwargs["port"]), 5)
        assert wait_until(lambda: client.get("kept") == b"yes", 5)


@pytest.mark.parametrize("setting", ["PORT", "DEMO_PORT"])
def test_that_a_taken_port_is_named_with_its_setting(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stack = local(tmp_path, **{setting.lower(): port})
        with pytest.raises(StartError, match=rf"^Port {port} is taken .* {setting}=18080$"):
            stack.start()


def test_that_a_number_that_is_no_port_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="70000 is no port"):
        local(tmp_path, port=70000).start()


def test_that_a_second_program_on_the_same_data_is_refused(running: Local) -> None:
    with pytest.raises(StartError, match="already runs"):
        local(running.var).start()
    assert running.pid("valkey")


def test_that_a_service_that_cannot_start_shows_its_last_words(tmp_path: Path) -> None:
    commands = {**COMMANDS, "service": [sys.executable, "-c", "raise SystemExit('no luck')"]}
    with pytest.raises(StartError, match=r"did not start: .*no luck.*service\.log"):
        Local(tmp_path, model=Path("none"), commands=commands, say=lambda line: None).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_that_the_program_says_where_everything_is_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    ports = ["--port", str(free_port()), "--demo-port", str(free_port())]
    command = [sys.executable, "-c", PROGRAM, *ports, "--var", str(tmp_path)]
    environ = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ) as process:
        assert process.stdout
        shown = "".join(takewhile(lambda line: not line.startswith("The bot is ready"), process.stdout))
        password = load_secrets(tmp_path / "secrets.env")[0]["FIRST_PASSWORD"]
        for word in (f":{ports[1]}/desk/", f":{ports[3]}/", "admin", password, str(tmp_path / "log")):
            assert word in shown
        process.send_signal(number)
        assert process.wait(10) == 0
    assert not answers(int(ports[1])) and not answers(int(ports[3]))
