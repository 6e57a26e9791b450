"""A turn's messages, judged each alone and together, so that none hides what another one says."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.packet import located
from bot.verdict import UNCERTAINTY, Signal, intent_for, is_small_talk, merge

Parsed = dict[str, Any]
Parse = Callable[[str], Awaitable[Parsed]]
_LEADING = re.compile(r"^[\s/]+")
_RANKED = 8
# What stands in several messages is often half a sentence, at which the scores of anger and of a wish for a person
# are unsteady. Security counts from its threshold on: there a miss is worse than many false alarms.
_MARGINS = {"security": 0.0, "anger": 0.1, "requested": 0.1}


@dataclass(frozen=True)
class Judged:
    """`text` and `verdict`: what the turn counts as. `own`: what the NLU makes of each message alone."""

    text: str
    verdict: Parsed
    own: list[Parsed]


def as_text(typed: str) -> str:
    """Typed words that Rasa cannot take for an intent: it strips whitespace, then looks for one slash in front."""
    return _LEADING.sub("", typed).rstrip() or "?"


async def each(messages: list[dict[str, Any]], parse: Parse) -> list[Parsed]:
    """The parse of each message alone, its evidence located at its seq."""
    found = []
    for message in messages:
        parsed = await parse(message.get("payload") or as_text(message["text"]))
        found.append(_located(parsed, [message]))
        # A parse never waits: between two of them other turns go on, and the deadline can strike.
        await asyncio.sleep(0)
    return found


async def judged(messages: list[dict[str, Any]], parse: Parse) -> Judged:
    """The typed messages count together; a pressed button counts where nothing typed raises a signal."""
    own = await each(messages, parse)
    pressed = [place for place, message in enumerate(messages) if message.get("payload")]
    typed = [place for place in range(len(messages)) if place not in pressed]
    if typed:
        text, verdict = await _together([messages[place] for place in typed], [own[p] for p in typed], parse)
        if verdict["signals"] or not pressed:
            return Judged(text, verdict, own)
    return Judged(str(messages[pressed[-1]]["payload"]), own[pressed[-1]], own)


async def _together(messages: list[dict[str, Any]], own: list[Parsed], parse: Parse) -> tuple[str, Parsed]:
    # A greeting or thanks in between would only blur what the others say.
    telling = [place for place, parsed in enumerate(own) if not is_small_talk(parsed["intent"]["name"])]
    if telling:
        messages, own = [messages[place] for place in telling], [own[place] for place in telling]
    text = as_text("\n".join(message["text"] for message in messages))
    if len(messages) == 1:
        return text, own[0]
    return text, combined(_located(await parse(text), messages), own)


def combined(whole: Parsed, own: list[Parsed]) -> Parsed:
    """The parse of the whole, with every signal but uncertainty that a message raises alone, by _MARGINS."""
    raised = [one for parsed in own for one in _grave(parsed) if one.margin >= _MARGINS[one.signal]]
    if not raised:
        return whole
    names = {signal.signal for signal in raised}
    # The evidence of a message says more than that of all of them.
    of_whole = [replace(one, evidence=()) if one.signal in names else one for one in _grave(whole)]
    signals = merge([*raised, *of_whole])
    best = {"name": intent_for(signals), "confidence": max(signal.score for signal in signals)}
    others = [ranked for ranked in whole["intent_ranking"] if ranked["name"] != best["name"]]
    return whole | {
        "intent": best,
        "intent_ranking": [best, *others][:_RANKED],
        "signals": [signal.as_dict() for signal in signals],
    }


def _grave(parsed: Parsed) -> list[Signal]:
    signals = [Signal.from_dict(shown) for shown in parsed["signals"]]
    return [signal for signal in signals if signal.signal != UNCERTAINTY]


def _located(parsed: Parsed, messages: list[dict[str, Any]]) -> Parsed:
    """A pressed button has no signals of its own."""
    return parsed | {"signals": [located(signal, messages) for signal in parsed.get("signals") or []]}
