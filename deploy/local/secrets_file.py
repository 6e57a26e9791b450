"""What is generated once, at the first run, and kept in the var folder: there are no default secrets."""

import os
import secrets
from pathlib import Path

NAMES = ("BOT_TOKEN", "ACTION_TOKEN", "VALKEY_PASSWORD", "FIRST_PASSWORD")


def load_secrets(path: Path) -> tuple[dict[str, str], bool]:
    """The secrets, made where they are missing, and whether this is the first run."""
    first = not path.exists()
    known = {} if first else dict(line.split("=", 1) for line in path.read_text().split())
    missing = [name for name in NAMES if name not in known]
    known |= {name: secrets.token_urlsafe(12 if name == "FIRST_PASSWORD" else 32) for name in missing}
    if missing:
        write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))
    path.chmod(0o600)
    return known, first


def write_private(path: Path, text: str) -> None:
    """Write it whole or not at all, readable by its owner only."""
    half = path.with_name(path.name + ".new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    half.replace(path)
