"""Ports of this machine's loopback address."""

import contextlib
import socket
import time
from collections.abc import Callable

HOST = "127.0.0.1"


class StartError(Exception):
    """Why it cannot start, in one line for the person at the terminal."""


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        return int(server.getsockname()[1])


def claim(port: int, setting: str) -> int:
    """The port, or a free one for 0; one that cannot be had is refused, naming the setting that moves it."""
    if port == 0:
        return free_port()
    if not 0 < port < 65536:
        raise StartError(f"{port} is no port. Give one from 1024 to 65535, as in: {setting}=18080")
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        why = "is taken by another program" if not isinstance(error, PermissionError) else "needs root"
        raise StartError(f"Port {port} {why}. Choose another one, as in: {setting}=18080") from None
    return port


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def wait_until(condition: Callable[[], bool], within_s: float, every_s: float = 0.05) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
