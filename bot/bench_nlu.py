"""`python -m bot.bench_nlu`: the product's pipeline on a public set, beside Rasa's default one and TF-IDF.

Nothing of these sets is in the product: they are trained on here, measured, and forgotten. Every system runs in a
process of its own, so that its memory is its own, and reads one message at a time on one core.
"""

import argparse
import csv
import json
import multiprocessing
import os
import resource
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import stdev

from bot.bench_systems import Baton, Diet, Rows, System, Tfidf

SYSTEMS = ("Baton", "TF-IDF", "DIET")
SEEDS = range(5)
KEPT = 0.95
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR"}


class BenchError(Exception):
    """One line that says what is wrong and what to do."""


@dataclass(frozen=True)
class Part:
    """One row of the table for each system; its figures are means over `draws`, each a training set."""

    name: str
    draws: Sequence[Rows]
    test: Rows
    validation: Rows = ()
    outside: Sequence[str] = ()


@dataclass
class Figures:
    """Shares between 0 and 1. What needs messages out of scope is None on a set that has none."""

    system: str
    part: str
    accuracy: float
    accuracies: list[float] = field(repr=False)
    auroc: float | None
    outside_caught: float | None
    test_kept: float | None
    train_seconds: float
    milliseconds: float
    peak_mb: float
    note: str


# --- the sets ---------------------------------------------------------------------------------------------


def clinc150(folder: Path) -> list[Part]:
    rows = json.loads(_read(folder / "data_full.json"))
    outside = [text for text, _ in rows["oos_test"]]
    return [Part("full", [rows["train"]], rows["test"], rows["val"], outside)]


def banking77(folder: Path) -> list[Part]:
    train, test = _rows(folder / "train.csv"), _rows(folder / "test.csv")
    seen = {text.strip() for text, _ in train}
    test = [(text, intent) for text, intent in test if text.strip() not in seen]
    return [
        Part("full", [train], test),
        *(Part(f"{shots}-shot", [draw(train, shots, seed) for seed in SEEDS], test) for shots in (10, 5)),
    ]


SETS = {"clinc150": clinc150, "banking77": banking77}


def draw(rows: Rows, shots: int, seed: int) -> list[tuple[str, str]]:
    """`shots` examples of each intent."""
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(rows))
    left = dict.fromkeys((intent for _, intent in rows), shots)
    drawn = []
    for place in order:
        text, intent = rows[place]
        if left[intent]:
            left[intent] -= 1
            drawn.append((text, intent))
    return drawn


def _rows(file: Path) -> list[tuple[str, str]]:
    try:
        return [(row["text"], row["category"]) for row in csv.DictReader(_read(file).splitlines(True))]
    except KeyError as missing:
        raise BenchError(
            f"{file.name} has no column {missing}; the set's own files have text,category."
        ) from None


def _read(file: Path) -> str:
    if not file.is_file():
        raise BenchError(f"{file} is not there; DATA is the folder with the set's own files.")
    return file.read_text(encoding="utf-8")


# --- measuring --------------------------------------------------------------------------------------------


def measure(name: str, part: Part, minutes: float) -> Figures:
    """Runs in a process of its own. `minutes`: what DIET may train for, over all draws of the part."""
    import numpy as np

    os.environ.update(_QUIET)
    warnings.simplefilter("ignore")  # of libraries that Rasa pins
    seconds, notes, accuracies = [], [], []
    spent: list[float] = []
    far: dict[str, float] = {}
    for place, rows in enumerate(part.draws, 1):
        system = _system(name, minutes / len(part.draws))
        started = time.perf_counter()
        system.fit(rows)
        seconds.append(time.perf_counter() - started)
        notes.append(system.note)
        label = f"  {name} {part.name}" + (f" {place}/{len(part.draws)}" if len(part.draws) > 1 else "")
        with one_core():
            system.read("hello")  # what is set up at the first message is not a message's time
            found = _read_all(system, [text for text, _ in part.test], f"{label}: test", spent)
            right = [intent == truth for (intent, _), (_, truth) in zip(found, part.test, strict=True)]
            accuracies.append(float(np.mean(right)))
            if part.outside:
                validation = [text for text, _ in part.validation]
                far = _far(
                    [sure for _, sure in found],
                    [sure for _, sure in _read_all(system, part.outside, f"{label}: out of scope", spent)],
                    [sure for _, sure in _read_all(system, validation, f"{label}: validation", spent)],
                )
    return Figures(
        system=name,
        part=part.name,
        accuracy=float(np.mean(accuracies)),
        accuracies=accuracies,
        auroc=far.get("auroc"),
        outside_caught=far.get("caught"),
        test_kept=far.get("kept"),
        train_seconds=float(np.mean(seconds)),
        milliseconds=float(np.median(spent)) * 1000,
        peak_mb=_peak_mb(),
        note=_note(notes),
    )


def _note(notes: Sequence[str]) -> str:
    """Of notes that begin with a number, the least and the most."""
    ordered = sorted(set(notes), key=lambda note: int(note.split()[0]) if note else 0)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0].split()[0]} to {ordered[-1]}"


def _read_all(
    system: System, texts: Sequence[str], label: str, spent: list[float]
) -> list[tuple[str, float]]:
    from tqdm import tqdm

    found = []
    for text in tqdm(texts, desc=label, leave=False):
        started = time.perf_counter()
        found.append(system.read(text))
        spent.append(time.perf_counter() - started)
    return found


def _far(inside: list[float], outside: list[float], validation: list[float]) -> dict[str, float]:
    """How well messages out of scope are told apart; the threshold is the validation's, never the test's."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    threshold = np.quantile(validation, 1 - KEPT)
    return {
        "auroc": float(roc_auc_score([1] * len(inside) + [0] * len(outside), inside + outside)),
        "caught": float(np.mean(np.array(outside) < threshold)),
        "kept": float(np.mean(np.array(inside) >= threshold)),
    }


def _system(name: str, minutes: float) -> System:
    if name == "DIET":
        return Diet(minutes)
    return Baton() if name == "Baton" else Tfidf()


@contextmanager
def one_core() -> Iterator[None]:
    """BLAS on one thread; and, as TensorFlow cannot be told once it runs, all threads on one core (Linux)."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        if not hasattr(os, "sched_setaffinity"):
            yield
            return
        cores = os.sched_getaffinity(0)
        _pin({max(cores)})
        try:
            yield
        finally:
            _pin(cores)


def _pin(cores: set[int]) -> None:
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), cores)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


# --- the command ------------------------------------------------------------------------------------------


def table(found: Sequence[Figures]) -> str:
    """Markdown."""
    lines = [
        "| | | accuracy | OOS AUROC | OOS recall at 95 % kept | test kept | training | a message | peak memory | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        spread = f" ± {100 * stdev(one.accuracies):.1f}" if len(one.accuracies) > 1 else ""
        lines.append(
            f"| {one.system} | {one.part} | {100 * one.accuracy:.2f} %{spread} | {_number(one.auroc, '.4f')} "
            f"| {_percent(one.outside_caught)} | {_percent(one.test_kept)} | {one.train_seconds:.1f} s "
            f"| {one.milliseconds:.1f} ms | {one.peak_mb:.0f} MB | {one.note} |"
        )
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def run(name: str, folder: Path, systems: Sequence[str], minutes: float) -> list[Figures]:
    """Every system on every part of the set, one after another."""
    if not folder.is_dir():
        raise BenchError(f"there is no folder {folder}; DATA is the folder with the set's own files.")
    parts = SETS[name](folder)
    fresh = multiprocessing.get_context("spawn")
    found = []
    for part in parts:
        for system in systems if minutes > 0 else [one for one in systems if one != "DIET"]:
            say(f"{system}, {part.name} ({len(part.draws[0]):,} examples, {len(part.draws)} draws) …")
            with ProcessPoolExecutor(1, mp_context=fresh) as alone:
                found.append(alone.submit(measure, system, part, minutes).result())
    return found


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bot.bench_nlu",
        description="Measures the product's method on a public set, beside TF-IDF and Rasa's default pipeline.",
        epilog="Example: make bench-nlu SET=banking77 DATA=~/sets/banking77 OUT=figures.json DIET_MINUTES=5",
    )
    parser.add_argument("--set", required=True, choices=sorted(SETS), help="which set it is")
    parser.add_argument(
        "--data",
        required=True,
        type=Path,
        help="its folder: data_full.json (clinc150), or train.csv and test.csv (banking77)",
    )
    parser.add_argument(
        "--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS, help="all three if left out"
    )
    parser.add_argument("--out", type=Path, help="the figures as JSON too")
    parser.add_argument(
        "--diet-minutes",
        type=float,
        default=5.0,
        help="how long DIET may train for each row of the table (default 5; 0 leaves it out)",
    )
    asked = parser.parse_args()
    try:
        found = run(asked.set, asked.data, asked.systems, asked.diet_minutes)
    except BenchError as error:
        sys.exit(f"baton: {error}")
    say(f"\n{asked.set}\n\n{table(found)}\n")
    if not asked.diet_minutes:
        say("DIET was left out (DIET_MINUTES=0).")
    if asked.out:
        asked.out.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
        say(f"Figures: {asked.out}")


if __name__ == "__main__":
    main()
