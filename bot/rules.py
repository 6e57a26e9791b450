"""The signals' rules, from signal_rules.yml, on spaCy's matcher."""

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

    def read(self, text: str) -> tuple[list[Signal], list[Evidence]]:
        """Signals, one for each rule that matches whatever was said before, with the words it saw;
        and what the rules see that hold only where the bot has answered.
        """
        matched = [(self._listed[one.rule], one) for one in self._matches(text)]
        signals = [
            Signal(rule["signal"], 1.0, rule.get("kind"), (evidence,))
            for rule, evidence in matched
            if not rule.get("after_answer")
        ]
        return signals, [evidence for rule, evidence in matched if rule.get("after_answer")]

    def _matches(self, text: str) -> list[Evidence]:
        """The first match of each rule."""
        doc = self._nlp(plain(text))
        found: dict[str, Evidence] = {}
        for rule_id, start, end in self._matcher(doc):
            name = self._nlp.vocab.strings[rule_id]
            found.setdefault(name, Evidence(name, doc[start:end].text))
        return list(found.values())


def read_rules(file: Path = FILE) -> list[dict[str, Any]]:
    """What Rules takes, from a file like signal_rules.yml."""
    return list(YAML(typ="safe").load(file.read_text(encoding="utf-8")))


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
