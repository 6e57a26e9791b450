"""report.json and report.md: the figures of a judged set, and the messages that went wrong."""

from collections.abc import Sequence
from typing import Any

from bot import figures
from bot.figures import Figure, Row

_MOST_MISSES, _MOST_NAMED = 60, 12
_SHORT = 160


def report(model: str, rows: Sequence[Row], learnt: dict[str, Any]) -> dict[str, Any]:
    """Everything, as JSON takes it. `learnt`: what bot/deciding.py reads from the model."""
    missed = [row for row in rows if "route" in row and not figures.as_expected(row)]
    return {
        "model": model,
        "rows": len(rows),
        "with_expectations": sum("route" in row or "reasons" in row for row in rows),
        "threshold": learnt.get("confidence_threshold"),
        "unknown_topics_auroc": learnt.get("unknown"),
        "figures": figures.table(rows),
        "reasons": figures.by_reason(rows),
        "catches": figures.catches(rows),
        "confusions": figures.confusions(rows),
        "calibration": figures.calibration(rows),
        "risk_coverage": figures.risk_coverage(rows),
        "threshold_curve": figures.threshold_curve(rows),
        "speed": figures.speed(rows),
        "not_as_expected": [
            {name: row.get(name) for name in ("set", "text", "route", "topic", "reasons")}
            | {"got": row["got"]}
            for row in missed
        ],
    }


def summary(found: dict[str, Any]) -> str:
    """The figures alone, for the screen."""
    return "\n".join([*_head(found), *_figure_lines(found), *_reason_lines(found), ""])


def markdown(found: dict[str, Any], plots: Sequence[tuple[str, str]] = ()) -> str:
    """report.md. `plots`: file and what it shows."""
    lines = [*_head(found), *_figure_lines(found), *_reason_lines(found), *_unknown_lines(found)]
    for file, shows in plots:
        lines += [f"![{shows}]({file})", ""]
    lines += [*_calibration_lines(found), *_confusion_lines(found), *_catch_lines(found), misses(found)]
    return "\n".join(lines) + "\n"


def misses(found: dict[str, Any]) -> str:
    """The messages that were not decided as expected."""
    missed = found["not_as_expected"]
    lines = [f"## {len(missed)} of {found['with_expectations']} not as expected", ""]
    if len(missed) > _MOST_MISSES:
        lines += [f"The first {_MOST_MISSES}:", ""]
    for row in missed[:_MOST_MISSES]:
        wanted = {"route": row["route"], "topic": row["topic"], "reasons": row["reasons"] or []}
        lines.append(f"- «{clipped(row['text'])}»: {outcome(row['got'])}, expected {outcome(wanted)}")
    return "\n".join(lines) + "\n"


def clipped(text: str) -> str:
    return " ".join(text.split())[:_SHORT]


def outcome(got: Row) -> str:
    """A decision in few words."""
    why = ", ".join(got["reasons"])
    return " ".join(part for part in (got["route"], got["topic"], f"({why})" if why else "") if part)


def _head(found: dict[str, Any]) -> list[str]:
    took = found["speed"]
    chosen = "" if found["threshold"] is None else f" It answers from confidence {found['threshold']:.3f} on."
    return [
        f"# {found['model']}",
        "",
        f"{found['rows']} messages, {found['with_expectations']} of them with what should have happened.{chosen} "
        f"A parse took {took['median_ms']} ms at the median, {took['p95_ms']} ms at the 95th percentile.",
        "",
    ]


def _figure_lines(found: dict[str, Any]) -> list[str]:
    lines = ["| figure | share | 95 % interval | n |", "|---|---|---|---|"]
    lines += [f"| {name} | {_cells(figure)} |" for name, figure in found["figures"].items()]
    return [*lines, ""] if found["figures"] else []


def _reason_lines(found: dict[str, Any]) -> list[str]:
    lines = ["| reason | | share | 95 % interval | n |", "|---|---|---|---|---|"]
    lines += [
        f"| {reason} | {name} | {_cells(figure)} |"
        for reason, both in found["reasons"].items()
        for name, figure in both.items()
    ]
    return [*lines, ""] if found["reasons"] else []


def _unknown_lines(found: dict[str, Any]) -> list[str]:
    if found["unknown_topics_auroc"] is None:
        return []
    return [
        "Each topic left out of training in turn, with all its examples: its messages have a lower confidence than "
        f"those of the topics left in, for {found['unknown_topics_auroc']:.1%} of all pairs (AUROC).",
        "",
    ]


def _calibration_lines(found: dict[str, Any]) -> list[str]:
    known = found["calibration"]
    if not known["n"]:
        return []
    lines = [
        "## Does the confidence mean what it says?",
        "",
        f"Expected calibration error {known['ece']:.3f} over {known['n']} messages without a signal.",
        "",
        "| confidence | mean said | right | 95 % interval | n |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one['from']:.1f} to {one['from'] + 1 / figures.BINS:.1f} | {one['said']:.2f} | {_cells(one)} |"
        for one in known["bins"]
    ]
    return [*lines, ""]


def _confusion_lines(found: dict[str, Any]) -> list[str]:
    if not found["confusions"]:
        return []
    lines = ["## The worst pairs", "", "| expected | given | how often | of |", "|---|---|---|---|"]
    lines += [
        f"| {one['expected']} | {one['given']} | {one['count']} | {one['of']} |"
        for one in found["confusions"]
    ]
    return [*lines, ""]


def _catch_lines(found: dict[str, Any]) -> list[str]:
    if not found["catches"]:
        return []
    lines = [
        "## What the rules catch and what the model catches",
        "",
        "| signal | n | both | only rules | only model | neither | false alarms |",
        "|---|---|---|---|---|---|---|",
    ]
    for signal, one in found["catches"].items():
        false = ", ".join(f"{who} {count}" for who, count in one["false alarms"].items()) or "none"
        counts = " | ".join(str(one[who]) for who in ("both", "only rules", "only model", "neither"))
        lines.append(f"| {signal} | {one['n']} | {counts} | {false} |")
    lines += ["", "| rule | signal | rightly | wrongly |", "|---|---|---|---|"]
    for signal, one in found["catches"].items():
        lines += [
            f"| {rule} | {signal} | {record['right']} | {record['wrong']} |"
            for rule, record in one["rules"].items()
        ]
    for signal, one in found["catches"].items():
        for who, texts in one["texts"].items():
            if texts:
                lines += ["", f"{signal.capitalize()}, {who} ({len(texts)}):", ""]
                lines += [_caught(one) for one in texts[:_MOST_NAMED]]
    return [*lines, ""]


def _caught(one: Row) -> str:
    rules = f" ({', '.join(one['rules'])})" if one["rules"] else ""
    return f"- «{clipped(one['text'])}»{rules}"


def _cells(figure: Figure) -> str:
    return f"{figure['share']:.1%} | {figure['low']:.1%} to {figure['high']:.1%} | {figure['n']}"
