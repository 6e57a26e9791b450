"""Facts that a customer has already given, so that nobody asks for them again."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Fact = dict[str, Any]
FILE = Path(__file__).parent / "known_patterns.yml"
MOST = 40
MAX_BYTES = 5_000
_LONGEST = 500  # of the packet's values; a fact is never cut, so a longer one is left to the transcript


def read(file: Path) -> list[tuple[str, "re.Pattern[str]"]]:
    """The patterns of a file like known_patterns.yml. Raises ValueError that names kind and pattern."""
    compiled = []
    for listed in YAML(typ="safe").load(file.read_text(encoding="utf-8")):
        for pattern in listed["patterns"]:
            try:
                compiled.append((str(listed["kind"]), re.compile(pattern, re.IGNORECASE)))
            except re.error as error:
                raise ValueError(f"{file.name}: {listed['kind']}: {pattern}: {error}") from None
    return compiled


# Read when the process starts: a broken pattern must not wait for a customer.
_PATTERNS = read(FILE)


def known(messages: Iterable[tuple[int, str]], before: Sequence[Fact] = ()) -> list[Fact]:
    """`before`, and the facts in (seq, text) messages: kind, value as it was written, and the seq of the first time.

    Each stands there once; MOST and MAX_BYTES (as JSON) are kept.
    """
    found = {_key(fact): fact for fact in before}
    for seq, text in messages:
        for kind, value in _in(text):
            fact = {"kind": kind, "value": value, "seq": seq}
            found.setdefault(_key(fact), fact)
        found = {_key(fact): fact for fact in _capped(list(found.values()))}
    return list(found.values())


def _in(text: str) -> Iterable[tuple[str, str]]:
    taken: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            group = "value" if "value" in pattern.groupindex else 0
            start, end = match.span(group)
            if end - start <= _LONGEST and not any(first <= start and end <= last for first, last in taken):
                taken.append((start, end))
                yield kind, match[group]


def _key(fact: Fact) -> tuple[str, str]:
    return fact["kind"], fact["value"].lower()


def _capped(facts: list[Fact]) -> list[Fact]:
    """Of the kind with most facts the second gives way first: the first one and the newest say most."""
    sizes = [len(json.dumps(fact)) + 2 for fact in facts]
    while len(facts) > MOST or sum(sizes) > MAX_BYTES:
        kind = Counter(fact["kind"] for fact in facts).most_common(1)[0][0]
        places = [place for place, fact in enumerate(facts) if fact["kind"] == kind]
        place = places[min(1, len(places) - 1)]
        del facts[place], sizes[place]
    return facts
