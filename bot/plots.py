"""The report's plots as PNG files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Report = dict[str, Any]
_BLUE, _RED, _GREY = "#1f5fa8", "#b8322a", "#8a8a8a"


def draw(found: Report, folder: Path) -> list[tuple[str, str]]:
    """Those that the report has data for: file name, and what it shows."""
    plots: list[tuple[str, str, bool, Callable[[Axes, Report], None]]] = [
        ("threshold.png", "Threshold curve", bool(found["threshold_curve"]), _threshold),
        ("risk_coverage.png", "Risk–coverage curve", bool(found["risk_coverage"]), _risk_coverage),
        ("reliability.png", "Reliability curve", bool(found["calibration"]["n"]), _reliability),
        ("confusion.png", "The worst pairs", bool(found["confusions"]), _confusion),
    ]
    drawn = []
    for name, title, has_data, onto in plots:
        (folder / name).unlink(missing_ok=True)
        if has_data:
            figure = Figure(figsize=(8, 5), dpi=110, layout="constrained")
            FigureCanvasAgg(figure)
            onto(figure.subplots(), found)
            figure.savefig(folder / name)
            drawn.append((name, title))
    return drawn


def _threshold(axes: Axes, found: Report) -> None:
    curve = found["threshold_curve"]
    at = [point["threshold"] for point in curve]
    kept = [100 * point["kept"] for point in curve]
    wrong = [100 * point["wrong"] for point in curve]
    (line,) = axes.plot(at, kept, color=_BLUE, label="kept by the bot, of what it can answer")
    axes.set(
        title=f"Threshold curve (n = {found['with_expectations']})",
        xlabel="answered from this confidence on",
        ylabel="kept by the bot (%)",
        xlim=(0, 1),
        ylim=(0, 101),
    )
    beside = axes.twinx()
    (other,) = beside.plot(at, wrong, color=_RED, linestyle="--", label="wrong answers, of all messages")
    beside.set(ylabel="wrong answers (%)", ylim=(0, max(1.0, 1.1 * max(wrong))))
    lines = [line, other]
    if found["threshold"] is not None:
        lines.append(
            axes.axvline(
                found["threshold"], color=_GREY, linestyle=":", label=f"chosen: {found['threshold']:.3f}"
            )
        )
    axes.legend(handles=lines, loc="lower left")
    axes.grid(alpha=0.3)


def _risk_coverage(axes: Axes, found: Report) -> None:
    curve = found["risk_coverage"]
    axes.plot(
        [100 * point["coverage"] for point in curve],
        [100 * point["risk"] for point in curve],
        color=_BLUE,
        drawstyle="steps-post",
    )
    if found["threshold"] is not None:
        answered = [point for point in curve if point["threshold"] >= found["threshold"]]
        if answered:
            x, y = 100 * answered[-1]["coverage"], 100 * answered[-1]["risk"]
            axes.plot([x], [y], "o", color=_RED, label=f"chosen: {x:.1f} % answered, {y:.1f} % of them wrong")
            axes.legend(loc="upper left")
    axes.set(
        title=f"Risk–coverage curve (n = {found['calibration']['n']} without a signal)",
        xlabel="answered, the surest first (%)",
        ylabel="wrong among the answered (%)",
        xlim=(0, 101),
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)


def _reliability(axes: Axes, found: Report) -> None:
    known = found["calibration"]
    said = [one["said"] for one in known["bins"]]
    was = [one["share"] for one in known["bins"]]
    errors = [
        [one["share"] - one["low"] for one in known["bins"]],
        [one["high"] - one["share"] for one in known["bins"]],
    ]
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="a number that means what it says")
    axes.errorbar(
        said,
        was,
        yerr=errors,
        color=_BLUE,
        marker="o",
        capsize=3,
        label=f"measured, with 95 % intervals; expected calibration error {known['ece']:.3f}",
    )
    for x, one in zip(said, known["bins"], strict=True):
        axes.text(x, 1.07, f"n={one['n']}", fontsize=8, ha="center", color=_GREY)
    axes.set(
        title=f"Reliability curve (n = {known['n']} without a signal)",
        xlabel="confidence",
        ylabel="share in which the best topic was right",
        xlim=(0, 1.02),
        ylim=(-0.02, 1.12),
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)
    axes.grid(alpha=0.3)


def _confusion(axes: Axes, found: Report) -> None:
    pairs = found["confusions"][::-1]
    bars = axes.barh(
        [f"{one['expected']} → {one['given']}" for one in pairs],
        [one["count"] for one in pairs],
        color=_BLUE,
    )
    axes.bar_label(bars, [f"{one['count']} of {one['of']}" for one in pairs], padding=3, fontsize=8)
    axes.set(
        title=f"The worst pairs: expected → given (n = {found['with_expectations']})",
        xlabel="messages",
        xlim=(0, 1.2 * max(one["count"] for one in pairs)),
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(axis="y", labelsize=8)
