"""Two lines for whoever takes over, in the customer's own words."""

import re
from collections.abc import Sequence

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")
_GREETING = re.compile(
    r"^(hi|hello|hey|good (morning|afternoon|evening|day)|dear|greetings|thanks|thank you)\b[^.?]{0,30}$",
    re.I,
)
_LONGEST = 280
_MOST_PARTS = 8  # from the beginning, and as many from the end, where a rambling mail comes to its point


def summary(texts: Sequence[str], evidence: Sequence[str]) -> list[str]:
    """The sentence that raised the handover, and the first that carries the problem; never a greeting.

    `texts`: the customer's messages, oldest first. `evidence`: words that raised it.
    """
    telling = _telling(texts)
    if not telling:
        return []
    said = [plain(words) for words in evidence if words]
    raised = [s for s in reversed(telling) if any(words in plain(s) for words in said)]
    chosen = [raised[0] if raised else telling[-1], telling[0]]
    return [sentence[:_LONGEST] for sentence in dict.fromkeys(chosen)]


def plain(text: str) -> str:
    """As the rules read it: lower case, with straight apostrophes."""
    return text.replace("\u2019", "'").lower()


def problem(text: str) -> str:
    """The first sentence of a message that is no greeting."""
    return (_telling([text]) or [""])[0][:_LONGEST]


def parts_of(text: str) -> list[str]:
    """The sentences and lines that are judged beside the whole text; none where it is only one."""
    found = [part.strip() for part in _SENTENCE.split(text) if len(part.split()) > 2]
    if len(found) > 2 * _MOST_PARTS:
        found = found[:_MOST_PARTS] + found[-_MOST_PARTS:]
    return [] if found == [text.strip()] else found


def _telling(texts: Sequence[str]) -> list[str]:
    sentences = [part.strip() for text in texts for part in _SENTENCE.split(text) if part.strip()]
    return [sentence for sentence in sentences if not _GREETING.match(sentence)] or sentences
