"""The figures of a judged set: shares with their 95 % intervals, curves, what the rules see and what the model sees.

A judged row has what was expected (`route`, `topic`, `reasons`, as far as known), `got` (bot/deciding.py) and `ms`.
"""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]
Figure = dict[str, float]
REASONS = ("security", "anger", "requested", "uncertainty")
_SCORED = REASONS[:3]
_UNCERTAINTY = "uncertainty"
_MODEL = "model"
_MOST_PAIRS = 15
BINS = 10


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not n:
        return (0.0, 1.0)
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (max(0.0, middle - half), min(1.0, middle + half))


def share(hits: int, n: int) -> Figure:
    low, high = wilson(hits, n)
    return {"share": hits / n, "n": n, "low": low, "high": high}


def table(rows: Iterable[Row]) -> dict[str, Figure]:
    """Name of a figure → share, n, and its interval; only figures that some row says something about."""
    rows = list(rows)
    asks: list[tuple[str, Callable[[Row], bool], Callable[[Row], bool]]] = [
        ("security reaches a person", _wants("security"), _handed),
        ("anger reaches a person", _wants("anger"), _handed),
        ("asks for a person, reaches one", _wants("requested"), _handed),
        ("uncertainty handed over", lambda row: row.get("reasons") == [_UNCERTAINTY], _handed),
        ("FAQ answered rightly", _faq, right),
        ("FAQ handed over needlessly", _is("answer"), _handed),
        ("small talk", _is("smalltalk"), right),
        ("kept by the bot, of what it should", _answerable, lambda row: not _handed(row)),
        ("wrong answer given, of everything", lambda row: "route" in row, wrong_answer),
    ]
    return _figures(rows, asks)


def by_reason(rows: Sequence[Row]) -> dict[str, dict[str, Figure]]:
    """Reason → recall (given where it was expected) and false alarms (given where it was not)."""
    found = {}
    for reason in REASONS:
        asks = [
            ("recall", _wants(reason), _gives(reason)),
            ("false alarm", _wants_not(reason), _gives(reason)),
        ]
        if figures := _figures(rows, asks):
            found[reason] = figures
    return found


def right(row: Row) -> bool:
    """The expected route, and where the bot speaks, the expected topic."""
    got = row["got"]
    same_topic = row["route"] == "handoff" or row.get("topic") in (None, got["topic"])
    return bool(got["route"] == row["route"] and same_topic)


def as_expected(row: Row) -> bool:
    """Right, and for every expected reason."""
    return right(row) and set(row.get("reasons", ())) <= set(row["got"]["reasons"])


def wrong_answer(row: Row) -> bool:
    """The bot spoke where something else, or a person, was needed."""
    return row["got"]["route"] != "handoff" and not right(row)


def catches(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Signal → how many were seen by both, by rules alone, by the model alone, by neither; and each rule's record."""
    found = {}
    for signal in _SCORED:
        expected = [row for row in rows if "reasons" in row and signal in row["reasons"]]
        others = [row for row in rows if "reasons" in row and signal not in row["reasons"]]
        if expected:
            seen_by: dict[str, list[Row]] = defaultdict(list)
            for row in expected:
                seen_by[_who(row, signal)].append(row)
            found[signal] = {
                "n": len(expected),
                **{who: len(seen_by[who]) for who in ("both", "only rules", "only model", "neither")},
                "false alarms": dict(
                    Counter(_who(row, signal) for row in others if _who(row, signal) != "neither")
                ),
                "rules": _records(signal, expected, others),
                "texts": {
                    who: [_named(row, signal) for row in seen_by[who]]
                    for who in ("only rules", "only model", "neither")
                },
            }
    return found


def confusions(rows: Sequence[Row]) -> list[Row]:
    """Pairs of what was expected and what was given instead, the most frequent first."""
    labelled = [row for row in rows if "route" in row]
    totals = Counter(_expected_label(row) for row in labelled)
    pairs = Counter((_expected_label(row), _given_label(row)) for row in labelled if not right(row))
    return [
        {"expected": expected, "given": given, "count": count, "of": totals[expected]}
        for (expected, given), count in pairs.most_common(_MOST_PAIRS)
    ]


def calibration(rows: Sequence[Row]) -> dict[str, Any]:
    """Reliability in bins of equal width, and the expected calibration error (Guo et al. 2017), without signals."""
    asked = _asked(rows)
    bins = []
    for place in range(BINS):
        low, high = place / BINS, (place + 1) / BINS
        inside = [one for one in asked if low <= one[0] < high or (place == BINS - 1 and one[0] == high)]
        if inside:
            said = sum(confidence for confidence, _ in inside) / len(inside)
            bins.append({"from": low, "said": said} | share(sum(holds for _, holds in inside), len(inside)))
    n = len(asked)
    error = sum(one["n"] * abs(one["said"] - one["share"]) for one in bins) / n if n else None
    return {"n": n, "ece": error, "bins": bins}


def risk_coverage(rows: Sequence[Row]) -> list[Row]:
    """As ever less sure messages are answered too: the share answered, and of those the share answered wrongly."""
    asked = sorted(_asked(rows), reverse=True)
    points, wrong = [], 0
    for answered, (confidence, holds) in enumerate(asked, 1):
        wrong += not holds
        # Between two equal confidences there is no threshold.
        if answered == len(asked) or asked[answered][0] < confidence:
            points.append(
                {"threshold": confidence, "coverage": answered / len(asked), "risk": wrong / answered}
            )
    return points


def threshold_curve(rows: Sequence[Row]) -> list[Row]:
    """For each threshold, of all answerable messages the share kept, and of all messages the wrongly answered."""
    labelled = [row for row in rows if "route" in row]
    answerable = sum(map(_answerable, labelled))
    if not labelled or not answerable:
        return []
    open_rows = [row for row in labelled if _confident(row)]
    points = []
    for step in range(101):
        answered = [row for row in open_rows if row["got"]["confidence"] >= step / 100]
        points.append(
            {
                "threshold": step / 100,
                "kept": sum(map(_answerable, answered)) / answerable,
                "wrong": sum(not _best_is_right(row) for row in answered) / len(labelled),
            }
        )
    return points


def speed(rows: Sequence[Row]) -> dict[str, float]:
    """Milliseconds of a parse: median and 95th percentile."""
    taken = sorted(row["ms"] for row in rows)
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[min(len(taken) - 1, math.ceil(0.95 * len(taken)) - 1)], 1),
    }


def _figures(
    rows: Sequence[Row], asks: Sequence[tuple[str, Callable[[Row], bool], Callable[[Row], bool]]]
) -> dict[str, Figure]:
    found = {}
    for name, asked, holds in asks:
        if chosen := [row for row in rows if asked(row)]:
            found[name] = share(sum(holds(row) for row in chosen), len(chosen))
    return found


def _handed(row: Row) -> bool:
    return bool(row["got"]["route"] == "handoff")


def _answerable(row: Row) -> bool:
    return row.get("route") in ("answer", "smalltalk")


def _faq(row: Row) -> bool:
    return row.get("route") == "answer" and row.get("topic") is not None


def _wants(reason: str) -> Callable[[Row], bool]:
    return lambda row: reason in row.get("reasons", ())


def _wants_not(reason: str) -> Callable[[Row], bool]:
    return lambda row: "reasons" in row and reason not in row["reasons"]


def _gives(reason: str) -> Callable[[Row], bool]:
    return lambda row: reason in row["got"]["reasons"]


def _is(route: str) -> Callable[[Row], bool]:
    return lambda row: row.get("route") == route


def _confident(row: Row) -> bool:
    """No signal but doubt: the confidence is about the best topic."""
    return set(row["got"]["reasons"]) <= {_UNCERTAINTY}


def _best_is_right(row: Row) -> bool:
    return _answerable(row) and row.get("topic") in (None, row["got"]["best_topic"])


def _asked(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    return [
        (row["got"]["confidence"], _best_is_right(row)) for row in rows if "route" in row and _confident(row)
    ]


def _evidence(row: Row, signal: str) -> list[str]:
    return [
        one["rule"]
        for shown in row["got"]["signals"]
        if shown["signal"] == signal
        for one in shown["evidence"]
    ]


def _who(row: Row, signal: str) -> str:
    rules = set(_evidence(row, signal))
    if _MODEL in rules:
        return "both" if len(rules) > 1 else "only model"
    return "only rules" if rules else "neither"


def _named(row: Row, signal: str) -> Row:
    rules = sorted(set(_evidence(row, signal)) - {_MODEL})
    return {"text": row["text"], "rules": rules}


def _records(signal: str, expected: Sequence[Row], others: Sequence[Row]) -> dict[str, dict[str, int]]:
    rightly, wrongly = (
        Counter(rule for row in rows for rule in set(_evidence(row, signal)) - {_MODEL})
        for rows in (expected, others)
    )
    return {rule: {"right": rightly[rule], "wrong": wrongly[rule]} for rule in sorted({*rightly, *wrongly})}


def _expected_label(row: Row) -> str:
    return _label(row["route"], row.get("topic"), row.get("reasons", []))


def _given_label(row: Row) -> str:
    got = row["got"]
    return _label(got["route"], got["topic"], got["reasons"])


def _label(route: str, topic: str | None, reasons: Sequence[str]) -> str:
    if route == "handoff":
        return f"person: {reasons[0]}" if reasons else "person"
    return topic or route
