"""Start a program so that it cannot outlive us, and keep it running until it is told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")
LOG_BYTES = 5_000_000
STEADY_S = 30.0  # who ran this long starts again without a wait
LONGEST_WAIT_S = 15.0


def spawn(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """A process in a session of its own (Ctrl-C is ours to pass on) that dies with the calling thread."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


def open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


class Child:
    """One program, started again with growing pauses whenever it ends without having been told to."""

    def __init__(
        self,
        name: str,
        command: Callable[[], Sequence[str]],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        say: Callable[[str], None],
        first_wait_s: float = 0.5,
    ) -> None:
        self.name, self.log = name, log
        self._command, self._env, self._cwd, self._say = command, env, cwd, say
        self._first_wait_s = first_wait_s
        self._stopping = threading.Event()
        self._spawned = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        self._stopping.clear()
        self._spawned.clear()
        self._failure = None
        # The thread lives as long as the program: the kernel's leash is held by a thread, not by a process.
        self._thread = threading.Thread(target=self._keep_running, name=self.name, daemon=True)
        self._thread.start()
        self._spawned.wait()
        if self._failure:
            raise self._failure

    def _keep_running(self) -> None:
        wait = self._first_wait_s
        while True:
            started = time.monotonic()
            try:
                code = self._run_once()
            except Exception as error:  # the caller of `start` is to see it, not this thread
                self._failure = error
                self._spawned.set()
                return
            if self._stopping.is_set():
                return
            wait = self._first_wait_s if time.monotonic() - started > STEADY_S else wait
            self._say(
                f"{self.name} ended ({_how(code)}); starting it again in {wait:g} s. Its log: {self.log}"
            )
            if self._stopping.wait(wait):
                return
            wait = min(wait * 2, LONGEST_WAIT_S)

    def _run_once(self) -> int:
        with open_log(self.log) as log:
            self._process = spawn(self._command(), env=self._env, cwd=self._cwd, log=log)
        self._spawned.set()
        if self._stopping.is_set():  # told to stop while it was being started
            signal_group(self._process, signal.SIGTERM)
        return self._process.wait()

    def tell_to_stop(self) -> None:
        self._stopping.set()
        if self._process:
            signal_group(self._process, signal.SIGTERM)

    def wait_ended(self, deadline: float, hurry: threading.Event) -> None:
        """Wait for the end until `deadline` (time.monotonic) or until `hurry` is set, then kill."""
        while self._thread and self._thread.is_alive() and time.monotonic() < deadline and not hurry.is_set():
            self._thread.join(0.05)
        if self._process:
            signal_group(self._process, signal.SIGKILL)
        if self._thread:
            self._thread.join()

    def stop(self, within_s: float = 10.0) -> None:
        self.tell_to_stop()
        self.wait_ended(time.monotonic() + within_s, threading.Event())


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
