"""`python -m bot.talk`: `rasa shell` with an action server of its own, on the newest model; no service is needed."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

_ENDPOINTS = """\
action_endpoint:
  url: http://127.0.0.1:{port}/webhook
  headers:
    Authorization: Bearer {token}
"""


def main() -> None:
    port, token = _free_port(), secrets.token_urlsafe(16)
    env = os.environ | {"ACTION_PORT": str(port), "ACTION_TOKEN": token}
    with tempfile.TemporaryDirectory() as folder:
        endpoints = Path(folder) / "endpoints.yml"
        endpoints.write_text(_ENDPOINTS.format(port=port, token=token), encoding="utf-8")
        null = subprocess.DEVNULL
        actions = subprocess.Popen([sys.executable, "-m", "actions"], env=env, stdout=null, stderr=null)
        try:
            _shell(endpoints)
        finally:
            actions.terminate()
            actions.wait(10)


def _shell(endpoints: Path) -> None:
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1", TF_CPP_MIN_LOG_LEVEL="3"
    )
    sys.argv = [
        "rasa", "shell", "--quiet", "--interface", "127.0.0.1", "--port", str(_free_port()),
        "--endpoints", str(endpoints), *sys.argv[1:],
    ]  # fmt: skip
    import sanic.app  # noqa: F401  # turns deprecation warnings on, hence before they are turned off
    from rasa.__main__ import main as rasa

    warnings.simplefilter("ignore")  # of libraries that Rasa pins; a trainer can do nothing about them
    rasa()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
