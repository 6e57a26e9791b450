"""`python -m bot.judge`: train a candidate, judge a model, compare two, promote one, or go back to the one before."""

import argparse
import asyncio
import json
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

from bot import comparison, dialogue_report, report
from bot.errors import UserError
from bot.models import Models
from bot.rows import Row, read_dialogues, read_rows
from bot.screen import Screen, taken_over

ROOT = Path(__file__).resolve().parent.parent
MODELS = Models(ROOT / "models")
REGRESSION = ROOT / "data" / "regression"
ZERO_TOLERANCE = "must_hand_off"
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "ERROR",
}


def main() -> None:
    asked = _parser().parse_args()
    _make_absolute(asked)
    os.chdir(ROOT)
    os.environ.update(_QUIET)
    log = MODELS.folder / f"{asked.command}.log"
    try:
        with taken_over(log) as screen:
            warnings.simplefilter(
                "ignore"
            )  # of libraries that Rasa pins; a trainer can do nothing about them
            try:
                run(asked, screen)
            except UserError:
                traceback.print_exc()
                raise
    except UserError as error:
        sys.exit(f"baton: {error}")
    except KeyboardInterrupt:
        sys.exit("baton: stopped; nothing was changed")
    except Exception as error:  # whatever a library raises: one line, and the rest in the log
        with log.open("a", encoding="utf-8") as kept:
            traceback.print_exc(file=kept)
        sys.exit(
            f"baton: {asked.command} failed ({type(error).__name__}: {error}); more in {log.relative_to(ROOT)}"
        )


def run(asked: argparse.Namespace, screen: Screen) -> None:
    if asked.command == "train":
        train(screen)
    elif asked.command == "evaluate" and asked.dialogues:
        evaluate_dialogues(screen, asked.dialogues, asked.out, asked.model or _promoted())
    elif asked.command == "evaluate":
        if not asked.rows:
            raise UserError(
                "name a file: make evaluate ROWS=file.jsonl OUT=out.jsonl, or DIALOGUES=file.jsonl"
            )
        evaluate(screen, asked.rows, asked.out, asked.model or _promoted())
    elif asked.command == "compare":
        compare(screen, asked.a or _promoted(), asked.b or _candidate(), asked.rows)
    elif asked.command == "promote":
        promote(screen)
    else:
        rollback(screen)


def train(screen: Screen) -> None:
    """Trains models/<time>.tar.gz, judges it on data/regression, and makes it the candidate."""
    from bot.check_data import problems
    from bot.wish import read_wish

    if found := problems():
        raise UserError("the training data needs a hand first:\n" + "\n".join(f"  {line}" for line in found))
    if wished := os.environ.get("BATON_WISH"):
        try:
            read_wish(wished)
        except ValueError as error:
            raise UserError(str(error)) from None
    rows = regression()
    started = time.monotonic()
    model = _trained(screen)
    found_figures = report.report(model.name, judged(screen, model, rows), _learnt(model))
    _write_report(found_figures)
    MODELS.note_candidate(model.name)
    MODELS.prune()
    screen.say(report.summary(found_figures))
    screen.say(f"Report: models/report/report.md  ({time.monotonic() - started:.0f} s in all)")


def evaluate(screen: Screen, file: Path, out: Path | None, model: Path) -> None:
    """Decides on every row as the running bot does on a first message; prints figures for what was expected."""
    rows = read_rows(file)
    _check_out(out, file)
    verdicts = judged(screen, model, rows)
    if out:
        _write_lines(out, [_identity(row) | row["got"] for row in verdicts])
    found = report.report(model.name, verdicts, _learnt(model))
    screen.say(report.summary(found))
    if found["with_expectations"]:
        screen.say(report.misses(found))
    if out:
        screen.say(f"{len(rows)} decisions written to {out}")


def evaluate_dialogues(screen: Screen, file: Path, out: Path | None, model: Path) -> None:
    """Plays whole dialogues through the bot's turn code."""
    dialogues = read_dialogues(file)
    _check_out(out, file)
    from bot.deciding import load
    from bot.replay import local_stores, play_all

    with screen.bar(f"Loading {model.name}"):
        agent = load(model, **local_stores())
    with screen.bar("Playing dialogues", len(dialogues)) as step:
        played = asyncio.run(play_all(agent, dialogues, step))
    if out:
        _write_lines(out, [{"id": one["id"], "after": one["after"]} for one in played])
    screen.say(dialogue_report.markdown(model.name, played))


def compare(screen: Screen, before: Path, after: Path, file: Path | None) -> None:
    """What the model `after` decides differently from `before`, on data/regression or a file of rows."""
    rows = read_rows(file) if file else regression()
    both = [judged(screen, model, rows) for model in (before, after)]
    text = comparison.comparison((before.name, after.name), *both)
    folder = _report_folder()
    (folder / "compare.md").write_text(text, encoding="utf-8")
    screen.say(text)


def promote(screen: Screen) -> None:
    """Refused where a message of the must-hand-off list would not reach a person."""
    model = _candidate()
    if model.name == MODELS.promoted():
        screen.say(f"{model.name} is promoted already.")
        return
    verdicts = judged(screen, model, read_rows(REGRESSION / f"{ZERO_TOLERANCE}.jsonl"))
    missed = [row["text"] for row in verdicts if row["got"]["route"] != "handoff"]
    if missed:
        lines = "\n".join(f"  «{text}»" for text in missed)
        raise UserError(f"{model.name} is not promoted: these must reach a person and do not:\n{lines}")
    MODELS.promote(model.name)
    MODELS.prune()
    screen.say(f"Promoted {model.name}. A running bot takes it over within seconds.")


def rollback(screen: Screen) -> None:
    screen.say(f"Back to {MODELS.rollback()}. A running bot takes it over within seconds.")


def judged(screen: Screen, model: Path, rows: list[Row]) -> list[Row]:
    """Each row with `got` and `ms` (bot/deciding.py)."""
    from bot.deciding import decide, load

    with screen.bar(f"Loading {model.name}"):
        agent = load(model)
    with screen.bar("Judging messages", len(rows)) as step:
        return asyncio.run(decide(agent, rows, step))


def regression() -> list[Row]:
    rows = [row for file in sorted(REGRESSION.glob("*.jsonl")) for row in read_rows(file)]
    if not rows:
        raise UserError("data/regression holds no rows; nothing is promoted unjudged")
    return rows


def _trained(screen: Screen) -> Path:
    with screen.bar("Loading Rasa"):
        import rasa.model_training

        from bot.vectors import kept_vectors

        vectors = kept_vectors()
    name = time.strftime("%Y%m%d-%H%M%S")
    with screen.bar("Training: sentences read", vectors.last_time or None) as vectors.each:
        # Afresh each time: a model from Rasa's cache would use no sentence, and none would be kept for the next time.
        result = rasa.model_training.train(
            "domain.yml", "config.yml", "data", str(MODELS.folder), force_training=True, fixed_model_name=name
        )
    vectors.keep()
    model = MODELS.path(f"{name}.tar.gz")
    if result.code or not model.exists():
        raise UserError("the training failed; the reason stands at the end of models/train.log")
    return model


def _learnt(model: Path) -> Row:
    from bot.deciding import learnt

    return learnt(model)


def _write_report(found: Row) -> None:
    from bot.plots import draw

    folder = _report_folder()
    plots = draw(found, folder)
    (folder / "report.json").write_text(
        json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (folder / "report.md").write_text(report.markdown(found, plots), encoding="utf-8")


def _report_folder() -> Path:
    folder = MODELS.folder / "report"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _check_out(out: Path | None, rows: Path) -> None:
    """Before minutes of work, not after."""
    if out is None:
        return
    if not out.parent.is_dir():
        raise UserError(f"{out}: the folder {out.parent} is not there")
    if out.is_dir():
        raise UserError(f"{out} is a folder; name a file")
    if out.exists() and out.samefile(rows):
        raise UserError(f"{out} is the file to judge; name another one for the decisions")


def _write_lines(out: Path, rows: list[Row]) -> None:
    try:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out}: {error.strerror}") from None


def _identity(row: Row) -> Row:
    return {name: row[name] for name in ("id", "text") if name in row}


def _promoted() -> Path:
    return _known(MODELS.promoted(), "no model is promoted yet; run `make train promote` first")


def _candidate() -> Path:
    return _known(MODELS.candidate(), "there is no candidate; run `make train` first")


def _known(model: str | None, problem: str) -> Path:
    if not model:
        raise UserError(problem)
    return MODELS.path(model)


def _make_absolute(asked: argparse.Namespace) -> None:
    """A model may also be named without its folder."""
    for name, value in vars(asked).items():
        if isinstance(value, Path):
            in_models = MODELS.path(value.name)
            bare = name in ("model", "a", "b") and not value.exists() and in_models.is_file()
            setattr(asked, name, in_models if bare else value.absolute())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.judge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train", help="train a candidate and judge it on data/regression")
    evaluate = commands.add_parser(
        "evaluate", help="what the bot decides on rows or dialogues of a JSONL file"
    )
    evaluate.add_argument("--rows", type=Path, help="JSONL; only `text` is required")
    evaluate.add_argument("--dialogues", type=Path, help="JSONL; `turns` and `expect`")
    evaluate.add_argument("--out", type=Path, help="JSONL with route, topic, reasons, confidence, signals")
    evaluate.add_argument("--model", type=Path, help="instead of the promoted one")
    compare = commands.add_parser("compare", help="what got fixed and what broke between two models")
    compare.add_argument("--a", type=Path, help="before; without it the promoted model")
    compare.add_argument("--b", type=Path, help="after; without it the candidate")
    compare.add_argument("--rows", type=Path, help="JSONL; without it data/regression")
    commands.add_parser("promote", help="make the candidate the model that `make run` starts")
    commands.add_parser("rollback", help="go back to the model before")
    return parser


if __name__ == "__main__":
    main()
