"""Rows of a JSONL file to judge: a text each, and what was expected where somebody wrote it down."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.errors import UserError
from bot.verdict import FAQ

ROUTES = ("answer", "smalltalk", "handoff")
_MOST_NAMED = 20
Row = dict[str, Any]


def read_rows(file: Path) -> list[Row]:
    """`text`, `set`, and of `id`, `route`, `topic` and `reasons` what is there. Raises UserError that names lines."""
    found, problems = [], []
    for number, row in _objects(file):
        if problem := _text_problem(row):
            problems.append(f"{file}:{number}: {problem}")
        else:
            found.append({"text": row["text"], "set": file.stem} | _identity(row) | _expected(row))
    if problems:
        more = [f"… and {len(problems) - _MOST_NAMED} more lines"] if len(problems) > _MOST_NAMED else []
        raise UserError("\n".join([*problems[:_MOST_NAMED], *more]))
    if not found:
        raise UserError(f"{file}: there are no rows in it")
    return found


def read_dialogues(file: Path) -> list[Row]:
    """`id`, `turns` (each a list of texts), `expect`, `must_not`. Raises UserError that names the line."""
    found = []
    for number, row in _objects(file):
        try:
            found.append(_dialogue(row, number))
        except (KeyError, TypeError, ValueError):
            raise UserError(
                f"{file}:{number}: a dialogue is a JSON object with `turns` (texts, or lists of texts) and `expect` "
                "(objects with `after_turn`, `state` bot or handoff, `reasons`)"
            ) from None
    if not found:
        raise UserError(f"{file}: there are no dialogues in it")
    return found


def _objects(file: Path) -> Iterator[tuple[int, Any]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{file}: not a text in UTF-8") from None
    # Not splitlines(): a text may hold a line separator of Unicode as it is.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                raise UserError(f"{file}:{number}: not JSON; a row is one JSON object on one line") from None


def _text_problem(row: Any) -> str | None:
    if not isinstance(row, dict) or "text" not in row:
        return "a row is a JSON object with `text`"
    if not isinstance(row["text"], str):
        return "`text` is not a string"
    if not row["text"].strip():
        return "`text` is empty"
    if not _encodable(row["text"]):
        return "`text` holds half of a character (a lone surrogate)"
    return None


def _encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _identity(row: Row) -> Row:
    return {"id": row["id"]} if "id" in row else {}


def _expected(row: Row) -> Row:
    """What is understood of it; a row may have all, some or nothing."""
    found: Row = {}
    if row.get("route") in ROUTES:
        found["route"] = row["route"]
    if isinstance(row.get("topic"), str):
        found["topic"] = row["topic"].removeprefix(FAQ)
    reasons = row.get("reasons")
    if isinstance(reasons, list) and all(isinstance(reason, str) for reason in reasons):
        found["reasons"] = reasons
    return found


def _dialogue(row: Row, number: int) -> Row:
    turns = [turn if isinstance(turn, list) else [turn] for turn in row["turns"]]
    if not turns or not all(turn and all(map(_speakable, turn)) for turn in turns):
        raise ValueError("turns")
    expect: list[Row] = [
        {
            "after_turn": int(one["after_turn"]),
            "state": {"bot": "bot", "handoff": "handoff"}[one["state"]],
            "reasons": [str(reason) for reason in one.get("reasons") or []],
        }
        for one in row["expect"]
    ]
    if any(not 1 <= one["after_turn"] <= len(turns) for one in expect):
        raise ValueError("after_turn")
    must_not = [str(one) for one in row.get("must_not") or []]
    identity = str(row.get("id") or f"line {number}")
    return {
        "id": identity,
        "title": str(row.get("title") or ""),
        "turns": turns,
        "expect": expect,
        "must_not": must_not,
    }


def _speakable(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and _encodable(text)
