"""`python -m bot.judge`: train a candidate, judge a model, promote it, or go back to the one before."""

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from bot.report import markdown, table
from bot.verdict import FALLBACK, NEEDS_PERSON

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
CANDIDATE = "candidate.json"
PROMOTED = "promoted.json"
REGRESSION = ROOT / "data" / "regression"
ZERO_TOLERANCE = "must_hand_off"
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "ERROR",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.judge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train", help="train a candidate and judge it on data/regression")
    evaluate = commands.add_parser("evaluate", help="judge rows of a JSONL file with the promoted model")
    evaluate.add_argument("--rows", type=Path, required=True, help="JSONL; only `text` is required")
    evaluate.add_argument("--out", type=Path, help="JSONL with route, topic, reasons, confidence, signals")
    evaluate.add_argument("--model", type=Path, help="instead of the promoted one")
    commands.add_parser("promote", help="make the candidate the model that `make run` starts")
    commands.add_parser("rollback", help="go back to the model before")
    asked = parser.parse_args()
    os.chdir(ROOT)
    warnings.simplefilter("ignore")  # of libraries that Rasa pins; a trainer can do nothing about them
    os.environ.update(_QUIET)
    try:
        run(asked)
    except UserError as error:
        sys.exit(f"baton: {error}")


class UserError(Exception):
    """One line that says what is wrong and what to do."""


def run(asked: argparse.Namespace) -> None:
    if asked.command == "train":
        train()
    elif asked.command == "evaluate":
        evaluate(asked.rows, asked.out, asked.model or promoted_model())
    elif asked.command == "promote":
        promote()
    else:
        rollback()


def train() -> None:
    """Trains models/<time>.tar.gz, judges it, and notes both in models/candidate.json."""
    from bot.check_data import problems

    if found := problems():
        raise UserError("the training data needs a hand first:\n" + "\n".join(f"  {line}" for line in found))
    started = time.monotonic()
    name = time.strftime("%Y%m%d-%H%M%S")
    say("Training (about half a minute) …")
    log = MODELS / "train.log"
    with log.open("w") as kept:
        command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", name, "--out", str(MODELS)]
        code = subprocess.run(
            command, stdout=kept, stderr=subprocess.STDOUT, cwd=ROOT, check=False
        ).returncode
    model = MODELS / f"{name}.tar.gz"
    if code or not model.exists():
        raise UserError(f"rasa train failed; the reason stands at the end of {log.relative_to(ROOT)}")
    say(f"Trained {model.name} in {time.monotonic() - started:.0f} s. Judging it on data/regression …")
    rows = regression()
    verdicts = asyncio.run(judge(model, rows))
    missed = [
        row["text"] for row in verdicts if row["set"] == ZERO_TOLERANCE and row["got"]["route"] != "handoff"
    ]
    folder = MODELS / "report"
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps(table(verdicts), indent=1), encoding="utf-8")
    (folder / "report.md").write_text(markdown(model.name, verdicts), encoding="utf-8")
    write_json(MODELS / CANDIDATE, {"model": model.name, "missed": missed})
    say(markdown(model.name, verdicts, misses=False))
    say(f"Report: {folder.relative_to(ROOT)}/report.md  ({time.monotonic() - started:.0f} s in all)")


def evaluate(rows_file: Path, out: Path | None, model: Path) -> None:
    rows = read_rows(rows_file)
    verdicts = asyncio.run(judge(model, rows))
    if out:
        lines = [json.dumps({"text": row["text"], **row["got"]}, ensure_ascii=False) for row in verdicts]
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if all("route" in row for row in verdicts):
        say(markdown(model.name, verdicts))


def promote() -> None:
    """Refused where a message of the must-hand-off list would not reach a person."""
    candidate = read_json(MODELS / CANDIDATE)
    if not candidate:
        raise UserError("there is no candidate; run `make train` first")
    if candidate["missed"]:
        raise UserError(f"not promoted: these must reach a person and do not: {candidate['missed']}")
    now = read_json(MODELS / PROMOTED) or {}
    if now.get("model") == candidate["model"]:
        say(f"{candidate['model']} is promoted already.")
        return
    before = [now["model"], *now.get("previous", [])] if now else []
    write_json(MODELS / PROMOTED, {"model": candidate["model"], "previous": before[:5]})
    say(f"Promoted {candidate['model']}.")


def rollback() -> None:
    now = read_json(MODELS / PROMOTED) or {}
    if not now.get("previous"):
        raise UserError("there is no model before this one")
    model, *previous = now["previous"]
    write_json(MODELS / PROMOTED, {"model": model, "previous": previous})
    say(f"Back to {model}.")


async def judge(model: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row with `got`: what the running bot decides on it as a first message."""
    import structlog
    from rasa.core.agent import Agent

    from bot.burst import as_text

    # Rasa logs message text at DEBUG, and structlog shows all of it unless told otherwise.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent = Agent.load(str(model))
    found = []
    for row in rows:
        parsed = await agent.parse_message(as_text(row["text"]))
        found.append(row | {"got": verdict(parsed)})
    return found


def verdict(parsed: dict[str, Any]) -> dict[str, Any]:
    intent = parsed["intent"]["name"]
    signals = parsed.get("signals") or []
    reasons = [signal["signal"] for signal in signals]
    if intent in NEEDS_PERSON or intent == FALLBACK:
        route, topic = "handoff", None
        reasons = reasons or [NEEDS_PERSON.get(intent, ("uncertainty", None))[0]]
    elif intent.startswith("faq_"):
        route, topic = "answer", intent.removeprefix("faq_")
    else:
        route, topic = "smalltalk", intent
    confidence = round(float(parsed["intent"]["confidence"]), 4)
    return {"route": route, "topic": topic, "reasons": reasons, "confidence": confidence, "signals": signals}


def regression() -> list[dict[str, Any]]:
    rows = [
        row | {"set": file.stem} for file in sorted(REGRESSION.glob("*.jsonl")) for row in read_rows(file)
    ]
    if not rows:
        raise UserError("data/regression holds no rows; nothing is promoted unjudged")
    return rows


def read_rows(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["text"] + ""
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{file}:{number}: a row is a JSON object with `text`") from None
        rows.append(row | {"set": row.get("set", file.stem)})
    return rows


def promoted_model() -> Path:
    now = read_json(MODELS / PROMOTED)
    if not now:
        raise UserError("no model is promoted yet; run `make train promote` first")
    return MODELS / str(now["model"])


def read_json(file: Path) -> dict[str, Any] | None:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def write_json(file: Path, value: dict[str, Any]) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    part.replace(file)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
