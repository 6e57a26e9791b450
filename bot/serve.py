"""`python -m bot.serve`: one Rasa worker on loopback, with the model in MODEL, for the service only."""

import os
import sys
from pathlib import Path

from bot.deciding import learnt
from bot.judgement import FORMAT

_NEEDED = ("BOT_TOKEN", "ACTION_URL", "ACTION_TOKEN", "MODEL")


def main() -> None:
    if missing := [name for name in _NEEDED if not os.environ.get(name)]:
        sys.exit(f"baton: {', '.join(missing)} not set; `make run` sets them.")
    if not Path(os.environ["MODEL"]).exists():
        sys.exit(f"baton: there is no model at {os.environ['MODEL']}; run `make train promote`.")
    facts = learnt(Path(os.environ["MODEL"]))
    if facts and facts["format"] != FORMAT:
        sys.exit(
            "baton: another version of Baton trained the promoted model; run `make train promote`, then start again."
        )
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    sys.argv = [
        "rasa", "run", "--interface", "127.0.0.1", "--port", os.environ.get("BOT_PORT", "5005"),
        "--model", os.environ["MODEL"], "--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml",
    ]  # fmt: skip
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
