"""Two lines for whoever takes over, in the customer's own words."""

import re
from collections.abc import Sequence

SENTENCE = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")
_GREETING = re.compile(
    r"^(hi|hello|hey|good (morning|afternoon|evening|day)|dear|greetings|thanks|thank you)\b[^.?]{0,30}$",
    re.I,
)
_LONGEST = 280


def summary(texts: Sequence[str], evidence: Sequence[str]) -> list[str]:
    """The sentence that raised the handover, and the first that carries the problem; never a greeting.

    `texts`: the customer's messages, oldest first. `evidence`: words that raised it.
    """
    telling = _telling(texts)
    if not telling:
        return []
    raised = [s for s in reversed(telling) if any(words.lower() in s.lower() for words in evidence if words)]
    chosen = [raised[0] if raised else telling[-1], telling[0]]
    return [sentence[:_LONGEST] for sentence in dict.fromkeys(chosen)]


def problem(text: str) -> str:
    """The first sentence of a message that is no greeting."""
    return (_telling([text]) or [""])[0][:_LONGEST]


def _telling(texts: Sequence[str]) -> list[str]:
    sentences = [part.strip() for text in texts for part in SENTENCE.split(text) if part.strip()]
    return [sentence for sentence in sentences if not _GREETING.match(sentence)] or sentences
