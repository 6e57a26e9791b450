"""What the running bot decides on a first message: its own code, on a model that is loaded here."""

import json
import logging
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.burst import Parsed, judged
from bot.errors import UserError
from bot.rows import Row
from bot.turn_signals import over_turns
from bot.verdict import FALLBACK, FAQ, NEEDS_PERSON, UNCERTAINTY


def load(model: Path, **stores: Any) -> Any:
    """Rasa's agent, warmed. Raises UserError where the file is no model of ours."""
    import structlog

    # Rasa logs message text at DEBUG, and structlog shows all of it unless told otherwise.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    from rasa.core.agent import Agent

    if not model.is_file():
        raise UserError(f"there is no model at {model}")
    try:
        return Agent.load(str(model), **stores)
    except Exception as error:  # Rasa raises whatever its parts raise
        raise UserError(
            f"{model.name} cannot be loaded ({type(error).__name__}: {_line(error)}); train a new one"
        ) from error


async def decide(agent: Any, rows: Sequence[Row], judged_one: Callable[[], None] = lambda: None) -> list[Row]:
    """Each row with `got`: what the bot decides on it as a first message, and `ms` that it took."""
    await agent.parse_message("how do I get started?")
    found = []
    for row in rows:
        messages = [{"seq": 1, "text": row["text"]}]
        started = time.perf_counter()
        alone = await judged(messages, agent.parse_message)
        ms = 1000 * (time.perf_counter() - started)
        found.append(row | {"got": decision(over_turns(alone, messages, ()).verdict), "ms": ms})
        judged_one()
    return found


def decision(parsed: Parsed) -> Row:
    """Route, topic, reasons and signals of a parse; `best_topic`: the one that `confidence` is about without a signal.

    `confidence`: that the best topic is right; where a signal calls a person, how sure that signal is.
    """
    intent = parsed["intent"]["name"]
    signals = parsed.get("signals") or []
    reasons = [signal["signal"] for signal in signals]
    if intent in NEEDS_PERSON or intent == FALLBACK:
        route, topic = "handoff", None
        reasons = reasons or [NEEDS_PERSON.get(intent, (UNCERTAINTY, None))[0]]
    else:
        route, topic = ("answer" if intent.startswith(FAQ) else "smalltalk"), intent.removeprefix(FAQ)
    return {
        "route": route,
        "topic": topic,
        "reasons": reasons,
        "confidence": round(float(parsed["intent"]["confidence"]), 4),
        "signals": signals,
        "best_topic": topic or _best_topic(parsed),
    }


def learnt(model: Path) -> dict[str, Any]:
    """What training found out about this model: `confidence_threshold`, from which on it answers, `unknown` and
    `format` (bot/judgement.py). Empty where it says nothing of it.
    """
    with tarfile.open(model) as archive:
        for member in archive:
            if member.name.endswith("/facts.json") and (kept := archive.extractfile(member)):
                facts = json.load(kept)
                return {name: facts.get(name) for name in ("confidence_threshold", "unknown", "format")}
    return {}


def _best_topic(parsed: Parsed) -> str | None:
    ranked = [one["name"] for one in parsed.get("intent_ranking") or []]
    topics = [name for name in ranked if name not in NEEDS_PERSON and name != FALLBACK]
    return topics[0].removeprefix(FAQ) if topics else None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
