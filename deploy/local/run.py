"""`make run`: start everything, say where it is, and end it at Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from deploy.local.ports import StartError
from deploy.local.stack import ROOT, Local


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make run",
        description="Start the demo site, the desk, the bot and everything they need on this machine.",
        epilog="The same by environment: PORT, DEMO_PORT, VAR_DIR; REDIS_URL uses your own Redis or Valkey.",
    )
    env = os.environ
    parser.add_argument("--port", type=int, default=env.get("PORT", "8080"), help="the service and the desk")
    parser.add_argument("--demo-port", type=int, default=env.get("DEMO_PORT", "8081"), help="the demo site")
    var = env.get("VAR_DIR", str(ROOT / "var"))
    parser.add_argument("--var", type=Path, default=var, help="data, secrets and logs (default: %(default)s)")
    return parser.parse_args()


def screen(local: Local) -> str:
    kept = local.var / "first-login.txt"
    password = local.first_password if local.first_run else f"as you set it; the first one is in {kept}"
    return f"""
  Demo site   {local.demo_url}/
  Desk        {local.desk_url}
  Log in as   admin
  Password    {password}
  Logs        {local.var / "log"}

  The bot warms up for half a minute; people can be reached at once. Ctrl-C ends everything and keeps the data.
"""


def main() -> None:
    wanted = arguments()
    # Lines show at once, also where they go to a file.
    local = Local(
        wanted.var,
        port=wanted.port,
        demo_port=wanted.demo_port,
        redis_url=os.environ.get("REDIS_URL"),
        say=lambda line: print(line, flush=True),
    )
    started, stop = threading.Event(), threading.Event()

    def told_to_stop(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            local.hurry()
        stop.set()
        if not started.is_set():
            raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told_to_stop)
    try:
        local.start()
        started.set()
    except StartError as error:
        sys.exit(f"baton: {error}")
    try:
        print(screen(local), flush=True)
        stop.wait()
        print("\nStopping (Ctrl-C again ends it at once).", flush=True)
    finally:
        local.stop()


if __name__ == "__main__":
    main()
