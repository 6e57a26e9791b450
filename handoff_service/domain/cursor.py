"""A cursor into a log, `<seq>.<tag>`, and the digest its tag is cut from (docs/protocol.md)."""

import hashlib
import re
from dataclasses import dataclass

from handoff_service.domain.refusals import Refusal

TAG_LENGTH = 12
_FORM = re.compile(r"(\d{1,9})\.([0-9a-f]{12}|)")


@dataclass(frozen=True)
class Cursor:
    seq: int
    tag: str

    def __str__(self) -> str:
        return f"{self.seq}.{self.tag}"


START = Cursor(0, "")


def parse(text: str | None) -> Cursor:
    """Raises Refusal: bad_cursor."""
    if not text:
        return START
    match = _FORM.fullmatch(text)
    if not match:
        raise Refusal(
            "bad_cursor", "A cursor has the form <seq>.<tag>; send back the last one you were given."
        )
    return Cursor(int(match[1]), match[2])


def digest(before: str, seq: int, kind: str, text: str) -> str:
    """The log's digest after one more entry; the same chain as `append` in store/lua/_prelude.lua."""
    return hashlib.sha1(f"{before}\n{seq}\n{kind}\n{text}".encode(), usedforsecurity=False).hexdigest()
