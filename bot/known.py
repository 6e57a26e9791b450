"""Facts that a customer has already given, so that nobody asks for them again."""

import re
from collections.abc import Iterable

_NUMBERED = r"(?:order|invoice|ticket|post|case|number|no\.?|#)"
_DEVICES = r"(?:iphone|ipad|android|macbook|windows|mac|chrome|firefox|safari|edge|linux|samsung|pixel)"
PATTERNS = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "url": r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]",
    "order_number": rf"\b[A-Z]{{2,4}}-\d{{3,10}}\b|\b{_NUMBERED}\s*(?:number|no\.?|#)?\s*#?\d{{3,12}}\b",
    "phone": r"(?<![\w-])\+\d[\d ()-]{7,16}\d\b",
    "amount": r"[$€£]\s?\d[\d.,]*\d|[$€£]\s?\d|\b\d[\d.,]*\s?(?:dollars?|euros?|usd|eur|gbp)\b",
    "plan": r"\b(?:free|pro|team|enterprise)(?= plan\b)|\bon (?:the )?(?:Free|Pro|Team|Enterprise)\b",
    "device": rf"\b{_DEVICES}(?:\s(?:air|pro|mini|\d{{1,2}}(?:\.\d+)*))*\b",
    "product": r"\b(?:instagram|facebook|linkedin|tiktok|youtube|pinterest|threads)\b",
}
_COMPILED = {kind: re.compile(pattern, re.I) for kind, pattern in PATTERNS.items()}


def known(messages: Iterable[tuple[int, str]]) -> list[dict[str, object]]:
    """Facts in (seq, text) messages: kind, value as it was written, and the seq it stands in; each once."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for seq, text in messages:
        for kind, pattern in _COMPILED.items():
            for match in pattern.finditer(text):
                value = match.group().strip()
                if kind == "plan":
                    value = value.split()[-1]
                found.setdefault((kind, value.lower()), {"kind": kind, "value": value, "seq": seq})
    return list(found.values())
