"""The signals' rules, from signal_rules.yml, on spaCy's matcher."""

import functools
import re
from pathlib import Path
from typing import Any

import spacy
from ruamel.yaml import YAML
from spacy.matcher import Matcher

from bot.summary import plain
from bot.verdict import Evidence, Signal

FILE = Path(__file__).parent / "signal_rules.yml"
_GAP = "__"
_GAP_WORDS = 3


class Rules:
    """`listed`: as in signal_rules.yml."""

    def __init__(self, listed: list[dict[str, Any]]) -> None:
        self._listed = {rule["name"]: rule for rule in listed}
        self._nlp = spacy.blank("en")
        self._matcher = Matcher(self._nlp.vocab)
        for rule in listed:
            self._matcher.add(rule["name"], [tokens(line) for line in rule["patterns"]], greedy="LONGEST")

    def signals(self, text: str) -> list[Signal]:
        """One signal for each rule that matches, with the words it saw."""
        doc = self._nlp(plain(text))
        found: dict[str, Signal] = {}
        for rule_id, start, end in self._matcher(doc):
            name = self._nlp.vocab.strings[rule_id]
            rule = self._listed[name]
            evidence = (Evidence(name, doc[start:end].text),)
            found.setdefault(name, Signal(rule["signal"], 1.0, rule.get("kind"), evidence))
        return list(found.values())


@functools.lru_cache(maxsize=1)
def rules() -> Rules:
    return Rules(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))


def tokens(line: str) -> list[dict[str, Any]]:
    """A pattern's line as spaCy's token patterns."""
    made: list[dict[str, Any]] = []
    for word in line.split():
        if word == _GAP:
            made += [{"OP": "?"}] * _GAP_WORDS
            continue
        options = "|".join(re.escape(option).replace(r"\*", ".*") for option in word.lstrip("?").split("|"))
        token: dict[str, Any] = {"TEXT": {"REGEX": f"^(?:{options})$"}}
        made.append(token | ({"OP": "?"} if word.startswith("?") else {}))
    return made
