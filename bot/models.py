"""The models in a folder: the candidate, the promoted one, those before it; what is old goes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import UserError

KEPT = 6
_PREVIOUS = 5
_SUFFIX = ".tar.gz"


@dataclass(frozen=True)
class Models:
    """candidate.json names the newest trained model; promoted.json the running one and `previous`, newest first."""

    folder: Path

    @property
    def promoted_file(self) -> Path:
        return self.folder / "promoted.json"

    def path(self, model: str) -> Path:
        return self.folder / model

    def candidate(self) -> str | None:
        return _model_in(self.folder / "candidate.json")

    def promoted(self) -> str | None:
        return _model_in(self.promoted_file)

    def previous(self) -> list[str]:
        """Those that there is a way back to."""
        before = (_read(self.promoted_file) or {}).get("previous", [])
        return [model for model in before if self.path(model).is_file()]

    def note_candidate(self, model: str) -> None:
        _write(self.folder / "candidate.json", {"model": model})

    def promote(self, model: str) -> None:
        now = self.promoted()
        if now != model:
            before = [one for one in [now, *self.previous()] if one and one != model]
            _write(self.promoted_file, {"model": model, "previous": before[:_PREVIOUS]})

    def rollback(self) -> str:
        """The model before, now promoted again. Raises UserError where there is none."""
        before = self.previous()
        if not before:
            raise UserError("there is no model before this one")
        _write(self.promoted_file, {"model": before[0], "previous": before[1:]})
        return before[0]

    def prune(self) -> list[str]:
        """Deletes all but the newest KEPT, the promoted one, those before it and the candidate; names what went."""
        kept = {self.promoted(), self.candidate(), *self.previous()}
        newest = sorted(self.folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        old = [file for file in newest[KEPT:] if file.name not in kept]
        for file in old:
            file.unlink()
        return [file.name for file in old]


def _model_in(file: Path) -> str | None:
    found = _read(file)
    return str(found["model"]) if found and found.get("model") else None


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise UserError(f"{file} is not JSON; delete it and run `make train promote`") from None
    return found if isinstance(found, dict) else None


def _write(file: Path, value: dict[str, Any]) -> None:
    """Whole or not at all: a running bot reads it at any moment."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
