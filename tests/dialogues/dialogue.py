"""Dialogues as a trainer writes them (*.yml here), and rows of a file that DIALOGUES names, in one form."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.known import known
from handoff_service.domain.masking import take_in

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Said:
    """A message of the customer. `turn` counts from 1; the messages of a burst share theirs."""

    turn: int
    text: str

    @property
    def masked(self) -> str:
        return take_in(self.text).text


@dataclass(frozen=True)
class Expected:
    """Who has the conversation after this turn (`bot` or `handoff`), and reasons that stand among those given."""

    after_turn: int
    state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """What the agent must find: these very words, in the message at this place."""

    fact: str
    words: str
    place: int


@dataclass(frozen=True)
class Known:
    kind: str
    value: str
    place: int


@dataclass(frozen=True)
class Never:
    """`pattern` must not occur in what the bot says from this turn on."""

    rule: str
    pattern: str
    from_turn: int


@dataclass(frozen=True)
class Dialogue:
    """`for_reader`: sentences of a row that only a reader can judge; the report prints them."""

    id: str
    title: str
    said: tuple[Said, ...]
    expected: tuple[Expected, ...]
    facts: tuple[Fact, ...] = ()
    known: tuple[Known, ...] = ()
    never: tuple[Never, ...] = ()
    hidden: tuple[str, ...] = ()
    for_reader: dict[str, list[str]] = field(default_factory=dict)

    @property
    def turns(self) -> int:
        return self.said[-1].turn

    def of_turn(self, turn: int) -> list[str]:
        return [said.text for said in self.said if said.turn == turn]


def written_by_hand() -> list[Dialogue]:
    files = sorted(HERE.glob("*.yml"))
    listed = [row for file in files for row in YAML(typ="safe").load(file.read_text(encoding="utf-8"))]
    return [_by_hand(row) for row in listed]


def of_file(file: Path) -> list[Dialogue]:
    """Rows of JSON: id, title, turns, expect, and must_reach_agent and must_not as plain sentences."""
    return [
        _of_row(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def _by_hand(row: dict[str, Any]) -> Dialogue:
    said = _said(row["turns"])
    return Dialogue(
        id=row["id"],
        title=row["title"],
        said=said,
        expected=_expected(row),
        facts=tuple(
            Fact(one["fact"], one["words"], _place(row["id"], said, one["turn"], one["words"]))
            for one in row.get("must_reach_agent", [])
        ),
        known=tuple(
            Known(one["kind"], one["value"], _place(row["id"], said, one["turn"], one["value"]))
            for one in row.get("known", [])
        ),
        never=tuple(Never(**one) for one in row["must_not"]),
        hidden=tuple(row.get("hidden", [])),
    )


def _of_row(row: dict[str, Any]) -> Dialogue:
    said = _said(row["turns"])
    found = known((place, one.masked) for place, one in enumerate(said))
    return Dialogue(
        id=row["id"],
        title=row["title"],
        said=said,
        expected=_expected(row),
        known=tuple(Known(one["kind"], one["value"], one["seq"]) for one in found),
        for_reader={name: row.get(name, []) for name in ("must_reach_agent", "must_not")},
    )


def _said(turns: list[Any]) -> tuple[Said, ...]:
    bursts = [turn if isinstance(turn, list) else [turn] for turn in turns]
    return tuple(Said(number, text) for number, burst in enumerate(bursts, 1) for text in burst)


def _expected(row: dict[str, Any]) -> tuple[Expected, ...]:
    return tuple(
        Expected(one["after_turn"], one["state"], tuple(one.get("reasons", []))) for one in row["expect"]
    )


def _place(dialogue: str, said: tuple[Said, ...], turn: int, words: str) -> int:
    for place, one in enumerate(said):
        if one.turn == turn and words in one.masked:
            return place
    raise ValueError(f"{dialogue}: {words!r} does not stand in turn {turn}.")


BY_HAND = written_by_hand()
FROM_FILE = of_file(Path(os.environ["DIALOGUES"])) if os.environ.get("DIALOGUES") else []
ALL = [*BY_HAND, *FROM_FILE]
