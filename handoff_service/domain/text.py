"""Text at intake: what is refused, and what is made of the rest before anybody reads it."""

import unicodedata

from handoff_service.domain.refusals import Refusal

MAX_CHARACTERS = 4_000
# Bidirectional overrides can make a message read differently from what it says; isolates and marks are harmless.
_OVERRIDES = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E}
_LINE_BREAKS = {"\r\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}


def clean(text: str) -> str:
    """NFC, without control characters (tab and line feed stay) or text-direction overrides, ends trimmed.

    Raises Refusal: text_not_unicode, text_blank, text_too_long.
    """
    if len(text) > 4 * MAX_CHARACTERS:
        raise Refusal(
            "text_too_long", f"A message may have {MAX_CHARACTERS} characters; this one has {len(text)}."
        )
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise Refusal("text_not_unicode", "The text has half a character (a lone surrogate).")
    for old, new in _LINE_BREAKS.items():
        text = text.replace(old, new)
    text = unicodedata.normalize("NFC", "".join(char for char in text if _stays(char))).strip()
    if not any(_shows(char) for char in text):
        raise Refusal("text_blank", "The message is empty.")
    if len(text) > MAX_CHARACTERS:
        raise Refusal(
            "text_too_long", f"A message may have {MAX_CHARACTERS} characters; this one has {len(text)}."
        )
    return text


def clean_optional(text: str) -> str:
    """As clean(), but blank stays an empty string."""
    try:
        return clean(text)
    except Refusal as refusal:
        if refusal.code == "text_blank":
            return ""
        raise


def _stays(char: str) -> bool:
    return char in "\n\t" or (unicodedata.category(char) != "Cc" and ord(char) not in _OVERRIDES)


def _shows(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
