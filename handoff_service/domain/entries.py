"""Entries of a log, before the store gives them seq and time, and as they are read back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


_NAMES = {Kind.CUSTOMER: "You", Kind.BOT: "Assistant", Kind.AGENT: "Support", Kind.SYSTEM: "—"}


class Event(StrEnum):
    """What a system entry reports; the widget and the desk set these apart."""

    WAITING = "waiting"
    JOINED = "joined"
    LEFT = "left"
    PROPOSED = "proposed"
    NOT_SOLVED = "not_solved"
    SOLVED = "solved"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"
    BACK_TO_BOT = "back_to_bot"
    REOPENED = "reopened"
    PROMISED = "promised"
    IDLE = "idle"
    UNWANTED = "unwanted"


@dataclass(frozen=True)
class Draft:
    """An entry to be appended."""

    kind: Kind
    text: str
    name: str = ""
    choices: Sequence[Mapping[str, str]] = ()
    client_id: str = ""
    masked: Sequence[str] = ()
    event: Event | None = None

    def body(self) -> str:
        """The JSON that the log keeps; empty fields are left out."""
        said = {
            "choices": list(self.choices),
            "client_id": self.client_id,
            "masked": list(self.masked),
            "event": self.event,
        }
        author = {"kind": self.kind} | ({"name": self.name} if self.name else {})
        return json.dumps(
            {"author": author, "text": self.text} | {name: value for name, value in said.items() if value},
            ensure_ascii=False,
        )

    def for_script(self) -> dict[str, str]:
        return {"kind": self.kind, "text": self.text, "body": self.body()}


@dataclass(frozen=True)
class Entry:
    """An entry of the log. `time` in milliseconds since 1970; `tag` is the cursor's; `payload` is for the bot only."""

    seq: int
    time: int
    tag: str
    body: Mapping[str, Any] = field(default_factory=dict)
    payload: str | None = None

    @property
    def kind(self) -> str:
        return str(self.body["author"]["kind"])

    @property
    def text(self) -> str:
        return str(self.body["text"])

    def shown(self) -> dict[str, Any]:
        return {"seq": self.seq, "time": self.time, **self.body}


def system(event: Event, text: str) -> Draft:
    return Draft(Kind.SYSTEM, text, event=event)


def note(author: Kind, name: str, text: str, event: str | None = None) -> str:
    """The JSON of a note for colleagues, or of an internal event; `text` may be empty beside an event."""
    body = {"author": {"kind": author} | ({"name": name} if name else {}), "text": text}
    return json.dumps(body | ({"event": event} if event else {}), ensure_ascii=False)


def as_text(entries: Iterable[Entry]) -> str:
    """A log for keeping: each entry with its time (UTC) and who said it."""
    blocks = []
    for entry in entries:
        at = datetime.fromtimestamp(entry.time / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        name = entry.body["author"].get("name") or _NAMES[Kind(entry.kind)]
        blocks.append(f"{at} UTC  {name}\n{entry.text}\n")
    return "\n".join(blocks)
