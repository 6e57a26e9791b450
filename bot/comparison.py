"""Two models on the same rows: what got fixed, what broke, example by example."""

from collections.abc import Sequence

from bot.figures import Figure, Row, as_expected, by_reason, table
from bot.report import clipped, outcome

Pair = tuple[Row, Row]


def changes(before: Sequence[Row], after: Sequence[Row]) -> dict[str, list[Pair]]:
    """`fixed`, `broken`, and `other` where the decision differs and neither or nobody knows which is right."""
    found: dict[str, list[Pair]] = {"fixed": [], "broken": [], "other": []}
    for pair in zip(before, after, strict=True):
        old, new = pair
        if "route" in old and as_expected(old) != as_expected(new):
            found["fixed" if as_expected(new) else "broken"].append(pair)
        elif _decided(old) != _decided(new):
            found["other"].append(pair)
    return found


def comparison(names: tuple[str, str], before: Sequence[Row], after: Sequence[Row]) -> str:
    """Markdown: the counts, the figures side by side, the examples."""
    found = changes(before, after)
    lines = [
        f"# {names[0]} → {names[1]}",
        "",
        f"{len(before)} messages: {len(found['fixed'])} fixed, {len(found['broken'])} broken, "
        f"{len(found['other'])} decided differently without that.",
        "",
        "| figure | before | after | n |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {_cell(old)} | {_cell(new)} | {old['n']} |"
        for name, old, new in _side_by_side(before, after)
    ]
    for heading, pairs in (
        ("Broken", found["broken"]),
        ("Fixed", found["fixed"]),
        ("Decided differently", found["other"]),
    ):
        if pairs:
            lines += ["", f"## {heading}: {len(pairs)}", "", *map(_example, pairs)]
    return "\n".join(lines) + "\n"


def _side_by_side(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[str, Figure, Figure]]:
    old, new = table(before), table(after)
    rows = [(name, old[name], new[name]) for name in old]
    old_reasons, new_reasons = by_reason(before), by_reason(after)
    return rows + [
        (f"{reason}: {name}", old_reasons[reason][name], new_reasons[reason][name])
        for reason in old_reasons
        for name in old_reasons[reason]
    ]


def _cell(figure: Figure) -> str:
    return f"{figure['share']:.1%} ({figure['low']:.1%} to {figure['high']:.1%})"


def _decided(row: Row) -> tuple[str, str | None, frozenset[str]]:
    got = row["got"]
    return got["route"], got["topic"], frozenset(got["reasons"])


def _example(pair: Pair) -> str:
    old, new = pair
    wanted = ""
    if "route" in old:
        expected = {
            "route": old["route"],
            "topic": old.get("topic"),
            "reasons": old.get("reasons", []),
        }
        wanted = f"; expected {outcome(expected)}"
    return f"- «{clipped(old['text'])}»: {outcome(old['got'])} → {outcome(new['got'])}{wanted}"
