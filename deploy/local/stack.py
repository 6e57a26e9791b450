"""Everything on this machine: Valkey, the service, the action server, the bot and the demo site."""

import fcntl
import json
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from deploy.local.child import Child, open_log
from deploy.local.demo_site import DemoSite
from deploy.local.ports import HOST, StartError, answers, claim, free_port, wait_until
from deploy.local.secrets_file import load_secrets, write_private
from deploy.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
SERVICE_PYTHON = str(ROOT / ".venv/service/bin/python")
BOT_PYTHON = str(ROOT / ".venv/bot/bin/python")
# The service comes first: it answers, and brings people, while the bot still warms up.
COMMANDS: Mapping[str, Sequence[str]] = {
    "service": [SERVICE_PYTHON, "-m", "handoff_service"],
    "actions": [BOT_PYTHON, "-m", "actions"],
    "bot": [BOT_PYTHON, "-m", "bot.serve"],
}
STOP_S = 10.0
START_S = 30.0
BOT_READY_S = 120.0


def promoted_model() -> Path:
    """The model that customers are to get, as `bot.judge promote` left it."""
    try:
        promoted = json.loads((ROOT / "models/promoted.json").read_text())
        model = ROOT / "models" / str(promoted["model"])
    except (OSError, ValueError, KeyError):
        raise StartError("There is no promoted model yet. Run: make train promote") from None
    if not model.is_file():
        raise StartError(f"The promoted model models/{model.name} is not there. Run: make train promote")
    return model


class Local:
    """The whole product on loopback; port 0 means any free one. `commands` lets a test put in other programs."""

    def __init__(
        self,
        var: Path,
        *,
        port: int = 0,
        demo_port: int = 0,
        redis_url: str | None = None,
        model: Path | None = None,
        commands: Mapping[str, Sequence[str]] = COMMANDS,
        say: Callable[[str], None] = print,
    ) -> None:
        self.var, self.say, self.model = var.resolve(), say, model
        self.bot_ready = threading.Event()
        self._ports, self._redis_url, self._commands = (port, demo_port), redis_url, commands
        self._children: dict[str, Child] = {}
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._site: DemoSite | None = None
        self._lock: IO[bytes] | None = None

    def start(self) -> None:
        """Start all of it, wait until the service answers, and leave the bot to warm up."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        self.model = self.model or promoted_model()
        self.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        port, demo_port = claim(self._ports[0], "PORT"), claim(self._ports[1], "DEMO_PORT")
        self.service_url, self.demo_url = f"http://{HOST}:{port}", f"http://{HOST}:{demo_port}"
        self.desk_url = f"{self.service_url}/desk/"
        self.secrets, self.first_run = load_secrets(self.var / "secrets.env")
        self.first_password = self.secrets["FIRST_PASSWORD"]
        self._keep_first_login()
        self._site = DemoSite(ROOT / "web/demo", demo_port, self.service_url)
        self._site.start()
        self.redis_url = self._redis_url or self._start_valkey()
        # For `./baton agents`, which has to reach the store of the program that runs.
        write_private(self.var / "redis-url", self.redis_url + "\n")
        bot_port, action_port = free_port(), free_port()
        self.bot_url = f"http://{HOST}:{bot_port}"
        for name, env in self._environments(port, demo_port, bot_port, action_port).items():
            command = self._commands[name]
            self._add(name, lambda command=command: command, env)  # type: ignore[misc]
        self._wait_for_service(port)
        threading.Thread(target=self._watch_bot, name="bot ready", daemon=True).start()

    def _take_lock(self) -> None:
        self._lock = (self.var / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(
                f"Baton already runs on {self.var}. Stop it first, or choose another folder: VAR_DIR=var2"
            ) from None

    def _keep_first_login(self) -> None:
        if self.first_run:
            lines = [f"desk: {self.desk_url}", "name: admin", f"password: {self.first_password}"]
            write_private(self.var / "first-login.txt", "\n".join(lines) + "\n")

    def _start_valkey(self) -> str:
        valkey = Valkey(self.var / "valkey", password=self.secrets["VALKEY_PASSWORD"])
        self._add("valkey", valkey.prepare, {})
        if not wait_until(valkey.ready, START_S):
            raise StartError(f"Valkey does not answer. Its log: {self._children['valkey'].log}")
        return valkey.url

    def _environments(
        self, port: int, demo_port: int, bot_port: int, action_port: int
    ) -> dict[str, dict[str, str]]:
        service = {
            "ENVIRONMENT": "development",
            "HOST": HOST,
            "PORT": str(port),
            "REDIS_URL": self.redis_url,
            "BOT_URL": self.bot_url,
            "BOT_TOKEN": self.secrets["BOT_TOKEN"],
            "FIRST_PASSWORD": self.first_password,
            "WIDGET_ORIGINS": json.dumps(_origins(demo_port)),
            "DESK_ORIGINS": json.dumps(_origins(port)),
        }
        rasa = {
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "ACTION_TOKEN": self.secrets["ACTION_TOKEN"],
        }
        actions = {**rasa, "ACTION_PORT": str(action_port), "SANIC_HOST": HOST}
        bot = {
            **rasa,
            "BOT_PORT": str(bot_port),
            "BOT_TOKEN": self.secrets["BOT_TOKEN"],
            "ACTION_URL": f"http://{HOST}:{action_port}/webhook",
            "MODEL": str(self.model),
        }
        return {"service": service, "actions": actions, "bot": bot}

    def _add(self, name: str, command: Callable[[], Sequence[str]], env: Mapping[str, str]) -> None:
        inherited = {
            key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "PYTHONPATH")
        }
        log = self.var / "log" / f"{name}.log"
        open_log(log).close()
        child = Child(name, command, env={**inherited, **env}, cwd=ROOT, log=log, say=self.say)
        self._children[name] = child
        child.start()

    def _wait_for_service(self, port: int) -> None:
        service = self._children["service"]
        wait_until(lambda: answers(port) or service.pid is None, START_S)
        if not answers(port):
            lines = service.log.read_text(errors="replace").split("\n")[-2:]
            raise StartError(f"The service did not start: {' '.join(lines).strip()} (log: {service.log})")

    def _watch_bot(self) -> None:
        started = time.monotonic()
        while not self._stopping.wait(0.5):
            if self._bot_answers():
                self.bot_ready.set()
                self.say(f"The bot is ready ({time.monotonic() - started:.0f} s).")
                return
            if time.monotonic() - started > BOT_READY_S:
                log = self._children["bot"].log
                self.say(f"The bot is still not ready; until then people answer. Its log: {log}")
                return

    def _bot_answers(self) -> bool:
        request = urllib.request.Request(
            f"{self.bot_url}/webhooks/baton/health",
            headers={"Authorization": f"Bearer {self.secrets['BOT_TOKEN']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def pid(self, name: str) -> int | None:
        return self._children[name].pid

    def stop_child(self, name: str) -> None:
        """End one program for good: `service`, `actions`, `bot` or `valkey`."""
        self._children[name].stop(STOP_S)

    def start_child(self, name: str) -> None:
        self._children[name].start()

    def hurry(self) -> None:
        """Make a `stop` that is under way kill what still runs."""
        self._hurry.set()

    def stop(self) -> None:
        """End everything: the service first, so that nothing new begins; Valkey last, when all is written."""
        self._stopping.set()
        deadline = time.monotonic() + STOP_S
        for names in (("service",), ("bot", "actions"), ("valkey",)):
            children = [self._children[name] for name in names if name in self._children]
            for child in children:
                child.tell_to_stop()
            for child in children:
                child.wait_ended(deadline, self._hurry)
            deadline = max(deadline, time.monotonic() + 2)
        if self._site:
            self._site.stop()
        if self._lock:
            self._lock.close()


def _origins(port: int) -> list[str]:
    return [f"http://{HOST}:{port}", f"http://localhost:{port}"]
