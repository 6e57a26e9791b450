"""Programs are kept running, are ended when told, and never outlive the one that started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.child import LOG_BYTES, Child, open_log
from deploy.local.ports import StartError, wait_until

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def child(tmp_path: Path, said: list[str]) -> Iterator[Child]:
    child = sleeper(tmp_path, said, SLEEP)
    child.start()
    yield child
    child.stop(2)


def sleeper(folder: Path, said: list[str], command: list[str]) -> Child:
    return Child(
        "sleeper",
        lambda: command,
        env=dict(os.environ),
        cwd=folder,
        log=folder / "log/sleeper.log",
        say=said.append,
        first_wait_s=0.05,
    )


def test_that_a_program_that_dies_is_started_again_with_one_line(child: Child, said: list[str]) -> None:
    first = child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: child.pid not in (None, first), 5)
    assert len(said) == 1
    assert said[0].startswith("sleeper ended (SIGKILL); starting it again in 0.05 s")


def test_that_one_told_to_stop_stays_stopped(child: Child, said: list[str]) -> None:
    child.stop()
    assert child.pid is None
    assert said == []


def test_that_a_stubborn_one_is_killed_in_the_end(tmp_path: Path, said: list[str]) -> None:
    child = sleeper(tmp_path, said, STUBBORN)
    child.start()
    assert wait_until(lambda: "up" in child.log.read_text(), 5)
    child.stop(within_s=0.2)
    assert child.pid is None


def test_that_a_command_that_cannot_be_made_is_an_error_at_once(tmp_path: Path, said: list[str]) -> None:
    child = sleeper(tmp_path, said, SLEEP)
    child._command = no_server
    with pytest.raises(StartError, match="no server"):
        child.start()
    child.stop()


def no_server() -> list[str]:
    raise StartError("no server")


def test_that_nothing_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = f"""
import time
from pathlib import Path
from deploy.local.child import Child
child = Child("c", lambda: {SLEEP!r}, env={{}}, cwd=Path("."), log=Path({str(tmp_path / "c.log")!r}), say=print)
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        assert wait_until(lambda: (tmp_path / "c.log").read_text() == "up\n", 5)
        process.kill()
    assert wait_until(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid), 5)


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")


def test_that_a_long_log_makes_room(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    open_log(log).close()
    assert log.stat().st_size == 0
    assert (tmp_path / "service.log.1").stat().st_size == LOG_BYTES + 1
