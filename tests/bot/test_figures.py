"""The figures of a judged set, on rows small enough to count by hand."""

from typing import Any

import pytest

from bot import figures, report
from bot.comparison import changes, comparison


def row(
    expected: str | None,
    got: str,
    confidence: float = 0.9,
    best: str | None = None,
    rules: dict[str, list[str]] | None = None,
    text: str = "t",
) -> dict[str, Any]:
    """`expected`, `got`: a topic, or reasons after a !; `rules`: reason to the rules that saw it."""
    reasons = got[1:].split(",") if got.startswith("!") else []
    topic = None if reasons else got
    shown = [
        {
            "signal": name,
            "evidence": [{"rule": rule, "words": "w"} for rule in (rules or {}).get(name, ["model"])],
        }
        for name in reasons
    ]
    found: dict[str, Any] = {
        "text": text,
        "set": "s",
        "ms": 5.0,
        "got": {
            "route": "handoff" if reasons else "answer",
            "topic": topic,
            "reasons": reasons,
            "confidence": confidence,
            "best_topic": topic or best,
            "signals": shown,
        },
    }
    if expected is None:
        return found
    wanted = expected[1:].split(",") if expected.startswith("!") else []
    return found | {
        "route": "handoff" if wanted else "answer",
        "topic": None if wanted else expected,
        "reasons": wanted,
    }


def test_that_recall_and_false_alarms_are_counted_per_reason() -> None:
    rows = [
        row("!security", "!security"),
        row("!security", "!anger"),
        row("!security,anger", "!anger"),
        row("refund", "!security"),
        row("refund", "refund"),
        row(None, "!security"),
    ]
    found = figures.by_reason(rows)
    assert (found["security"]["recall"]["share"], found["security"]["recall"]["n"]) == (1 / 3, 3)
    assert (found["security"]["false alarm"]["share"], found["security"]["false alarm"]["n"]) == (1 / 2, 2)
    assert (found["anger"]["recall"]["share"], found["anger"]["recall"]["n"]) == (1.0, 1)
    assert "recall" not in found["requested"]


def test_that_partly_expected_rows_count_where_they_say_something() -> None:
    only_reasons = row(None, "!security") | {"reasons": ["security"]}
    only_route = row(None, "refund") | {"route": "answer"}
    found = report.report("m", [only_reasons, only_route, row(None, "refund")], {})
    assert (found["rows"], found["with_expectations"]) == (3, 2)
    assert found["figures"]["security reaches a person"]["n"] == 1
    assert "FAQ answered rightly" not in found["figures"]
    assert found["figures"]["FAQ handed over needlessly"]["share"] == 0
    assert "2 of them" in report.markdown(found)


def test_that_rules_and_model_each_get_what_they_catch() -> None:
    rows = [
        row("!anger", "!anger", rules={"anger": ["model", "insult"]}),
        row("!anger", "!anger", rules={"anger": ["insult"]}, text="by rule"),
        row("!anger", "!anger", text="by model"),
        row("!anger", "refund", text="by none"),
        row("refund", "!anger", rules={"anger": ["insult"]}),
    ]
    found = figures.catches(rows)["anger"]
    assert [found[who] for who in ("both", "only rules", "only model", "neither")] == [1, 1, 1, 1]
    assert found["false alarms"] == {"only rules": 1}
    assert found["rules"] == {"insult": {"right": 2, "wrong": 1}}
    assert found["texts"]["only rules"] == [{"text": "by rule", "rules": ["insult"]}]
    assert [one["text"] for one in found["texts"]["neither"]] == ["by none"]


def test_that_a_confidence_that_means_what_it_says_has_no_calibration_error() -> None:
    honest = [row("refund", "refund", 0.75)] * 3 + [row("pricing", "refund", 0.75)]
    boastful = [row("pricing", "refund", 1.0)] * 4
    assert figures.calibration(honest)["ece"] == pytest.approx(0)
    assert figures.calibration(boastful)["ece"] == pytest.approx(1)
    assert figures.calibration([*honest, *boastful])["ece"] == pytest.approx(0.5)
    signal = row("!anger", "!anger", 0.2)
    assert figures.calibration([signal])["n"] == 0


def test_that_risk_grows_with_coverage_where_the_sure_are_right() -> None:
    rows = [
        row("refund", "refund", 0.9),
        row("refund", "!uncertainty", 0.5, best="refund"),
        row("!uncertainty", "!uncertainty", 0.5, best="refund"),
        row("pricing", "refund", 0.2),
    ]
    points = figures.risk_coverage(rows)
    assert [(point["threshold"], point["coverage"], point["risk"]) for point in points] == [
        (0.9, 0.25, 0.0),
        (0.5, 0.75, 1 / 3),
        (0.2, 1.0, 0.5),
    ]


def test_that_the_threshold_curve_agrees_with_the_figures_at_the_chosen_threshold() -> None:
    rows = [
        row("refund", "refund", 0.9),
        row("refund", "pricing", 0.7),
        row("refund", "!uncertainty", 0.5, best="refund"),
        row("!uncertainty", "refund", 0.8),
        row("refund", "!anger", 0.99),
    ]
    at = {point["threshold"]: point for point in figures.threshold_curve(rows)}[0.6]
    table = figures.table(rows)
    assert at["kept"] == table["kept by the bot, of what it should"]["share"] == 2 / 4
    assert at["wrong"] == table["wrong answer given, of everything"]["share"] == 2 / 5


def test_that_the_worst_pairs_come_first() -> None:
    rows = [row("refund", "pricing")] * 2 + [row("!anger", "refund"), row("refund", "refund")]
    assert figures.confusions(rows) == [
        {"expected": "refund", "given": "pricing", "count": 2, "of": 3},
        {"expected": "person: anger", "given": "refund", "count": 1, "of": 1},
    ]


def test_that_a_comparison_names_what_got_fixed_and_what_broke() -> None:
    before = [
        row("refund", "pricing", text="a"),
        row("!anger", "!anger", text="b"),
        row(None, "refund", text="c"),
    ]
    after = [
        row("refund", "refund", text="a"),
        row("!anger", "!security", text="b"),
        row(None, "pricing", text="c"),
    ]
    found = changes(before, after)
    assert {name: [old["text"] for old, _ in pairs] for name, pairs in found.items()} == {
        "fixed": ["a"],
        "broken": ["b"],
        "other": ["c"],
    }
    text = comparison(("x", "y"), before, after)
    assert "1 fixed, 1 broken, 1 decided differently" in text
    assert "- «b»: handoff (anger) → handoff (security); expected handoff (anger)" in text
    assert "| anger: recall | 100.0%" in text
