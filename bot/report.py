"""What a judged set comes to: shares with their intervals, and the messages that went wrong."""

import math
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]
_MOST_MISSES = 60


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not n:
        return (0.0, 1.0)
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (max(0.0, middle - half), min(1.0, middle + half))


def table(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """Name of a figure → share, n, and its interval; only figures with rows."""
    rows = list(rows)
    asks: list[tuple[str, Callable[[Row], bool], Callable[[Row], bool]]] = [
        ("security reaches a person", _wants("security"), _handed),
        ("security, as security", _wants("security"), _as("security")),
        ("anger reaches a person", _wants("anger"), _handed),
        ("anger, as anger", _wants("anger"), _as("anger")),
        ("asks for a person, reaches one", _wants("requested"), _handed),
        ("uncertainty handed over", lambda row: bool(row["reasons"] == ["uncertainty"]), _handed),
        ("FAQ answered rightly", _is("answer"), lambda row: _right(row)),
        ("FAQ handed over needlessly", _is("answer"), _handed),
        ("small talk", _is("smalltalk"), lambda row: _right(row)),
        ("wrong answer given, of everything", lambda row: True, lambda row: wrong_answer(row)),
        (
            "kept by the bot, of what it should",
            lambda row: row["route"] != "handoff",
            lambda row: not _handed(row),
        ),
        ("false alarm: security", lambda row: row["route"] != "handoff", _as("security")),
        ("false alarm: anger", lambda row: row["route"] != "handoff", _as("anger")),
    ]
    found = {}
    for name, asked, holds in asks:
        chosen = [row for row in rows if asked(row)]
        if chosen:
            hits = sum(holds(row) for row in chosen)
            low, high = wilson(hits, len(chosen))
            found[name] = {"share": hits / len(chosen), "n": len(chosen), "low": low, "high": high}
    return found


def markdown(model: str, rows: list[Row], misses: bool = True) -> str:
    lines = [f"# {model}", "", "| figure | share | 95 % interval | n |", "|---|---|---|---|"]
    for name, figure in table(rows).items():
        interval = f"{figure['low']:.1%} to {figure['high']:.1%}"
        lines.append(f"| {name} | {figure['share']:.1%} | {interval} | {figure['n']} |")
    if misses:
        wrong = [row for row in rows if not _right(row)]
        lines += ["", f"## {len(wrong)} of {len(rows)} not as expected", ""]
        for row in wrong[:_MOST_MISSES]:
            got, text = row["got"], " ".join(row["text"].split())[:160]
            expected = f"{row['route']} {row.get('topic') or ''} {row['reasons']}"
            lines.append(
                f"- «{text}»: {got['route']} {got['topic'] or ''} {got['reasons']}, expected {expected}"
            )
    return "\n".join(lines) + "\n"


def wrong_answer(row: Row) -> bool:
    """An FAQ answer was given where another, or a person, was needed."""
    return row["got"]["route"] == "answer" and not _right(row)


def _right(row: Row) -> bool:
    got = row["got"]
    same_topic = row["route"] == "handoff" or got["topic"] == row["topic"]
    return bool(got["route"] == row["route"] and same_topic)


def _handed(row: Row) -> bool:
    return bool(row["got"]["route"] == "handoff")


def _wants(reason: str) -> Callable[[Row], bool]:
    return lambda row: bool(reason in row["reasons"])


def _as(reason: str) -> Callable[[Row], bool]:
    return lambda row: _handed(row) and reason in row["got"]["reasons"]


def _is(route: str) -> Callable[[Row], bool]:
    return lambda row: bool(row["route"] == route)
