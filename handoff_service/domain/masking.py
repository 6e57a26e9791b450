"""Secrets are hidden once, at intake, before the log: nobody behind it ever sees more than "[card number hidden]".

Each mask finds one kind and is told apart from what only looks like it: order and phone numbers, prices, tracking
codes, "my password is wrong". Where it is unsure about a number it leaves it; about a password it hides it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import iban, luhn

from handoff_service.domain.text import clean, clean_optional

_HIDDEN = {
    "card": "[card number hidden]",
    "iban": "[bank account hidden]",
    "password": "[password hidden]",
    "code": "[code hidden]",
    "api_key": "[key hidden]",
}

_CARD = re.compile(r"(?<![\w#-])(?:\d[ -]?){12,18}\d(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_KEY = re.compile(
    r"""
    -----BEGIN[ A-Z]*PRIVATE\ KEY-----.*?(?:-----END[ A-Z]*PRIVATE\ KEY-----|\Z)
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+                      # JSON web token
    | \b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][\w-]{8,}  # Stripe, OpenAI, Anthropic
    | \bsk-[A-Za-z0-9]{20,}
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,}
    | \bxox[abeoprs]-[\w-]{10,}                              # Slack
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                          # AWS
    | \bAIza[\w-]{30,}                                       # Google
    | \bSG\.[\w-]{16,}\.[\w-]{16,}                           # SendGrid
    | \bBearer\ +(?P<bearer>[\w.~+/-]{16,}=*)
    | \b(?:api|access|secret|client|auth|refresh|webhook|signing)?[ _-]?(?:key|token|secret)\b['"]?
      \s*(?:is|was|:|=|->)\s*['"]?(?P<named>(?=[\w.~+/-]*\d)[\w.~+/-]{12,}=*)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_WORD_FOR_PASSWORD = (
    r"(?:pass ?words?|passwd|passwort|pass ?phrase|passcode|pwd|pw|contraseña|mot de passe|parola)"
)
_PASSWORD = re.compile(
    rf"""
    \b{_WORD_FOR_PASSWORD}\b
    (?:\s+(?:for|to|of|on|at|with)\s+(?:(?!is\b|was\b)\S+\s+){{1,4}}?(?=is\b|was\b|:|=))?
    \s*(?P<link>is\ now|is\ still|used\ to\ be|was|is|ist|es|est|to|[:=]|->|→|)\s*
    (?P<value>"[^"\n]+"|'[^'\n]+'|“[^”\n]+”|«[^»\n]+»|`[^`\n]+`|[^\s,;]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# After "password is …" these are talk about a password, not one.
_TALK = frozenset(
    """a about access accepted actually again all already also always an and any are as asked at back bad be because
    been before being blank broken but by can cannot case change changed changing compromised correct crap different
    does doesn't doesnt empty entered even every exactly expired expiring expires fails field fine for forgot
    forgotten from getting gone good hacked has hidden how i if ignored impossible in incorrect insecure invalid is
    it its just kinda known leaked least link locked long longer lost mail maybe me mine missing much must my
    needed never new no none not nothing now of off ok okay old on only or our out outdated over page policy
    please probably problem rejected required requirements reset resets right safe same saved secure sent set short
    simple since so something stale still stolen stored stronger strong surely temporary that the their then there
    this to today too under unknown unsafe used useless very visible wasn't was weak what when where which who why
    will with without wo wrong yes you your""".split()  # noqa: SIM905
)

_NOT_ONE_TIME = (
    r"(?:error|status|promo|discount|coupon|voucher|zip|post|postal|area|country|product|http|response|qr)"
)
_CODE = re.compile(
    rf"""
    \b(?P<before>{_NOT_ONE_TIME}[ -])?
    (?:codes?|otp|tan|pin)\b(?:\s+(?:number|sms))?
    (?:\s+(?:i|we|you|it|they)\s+(?:got|get|received|sent|gave|said|says))?
    (?:\s+(?:from|for|by|in|on|to)\s+(?:\w+\s+){{1,3}}?)?
    \s*(?:is\ now|is|was|says|:|=|->|→|)\s*
    (?P<value>\d{{3}}[ -]\d{{3}}|\d{{4,8}})\b(?![.,]\d|[-/]\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CODE_AFTER = re.compile(
    r"(?<![\w#-])(?P<value>\d{3}[ -]\d{3}|\d{4,8})\s+(?:is|was)\s+(?:my|the|your|our)\s+"
    r"(?:\w+\s+){0,2}(?:code|otp|tan|pin)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Masked:
    """`text` without its secrets; `kinds` says what was hidden (card, iban, password, code, api_key), each once."""

    text: str
    kinds: tuple[str, ...]


def take_in(text: str) -> Masked:
    """Somebody's text as it may be stored: plain, and without secrets. Raises Refusal as clean() does."""
    return mask(clean(text))


def take_in_optional(text: str) -> str:
    """As take_in(), but blank stays an empty string."""
    return mask(clean_optional(text)).text


def mask(text: str) -> Masked:
    """Masking what is masked already changes nothing."""
    kinds: list[str] = []
    for kind, find in _FINDERS:
        spans = list(find(text))
        for start, end in reversed(spans):
            text = text[:start] + _HIDDEN[kind] + text[end:]
        if spans:
            kinds.append(kind)
    return Masked(text, tuple(kinds))


Spans = Iterator[tuple[int, int]]


def _keys(text: str) -> Spans:
    for match in _KEY.finditer(text):
        named = next((name for name in ("bearer", "named") if match[name]), None)
        yield match.span(named) if named else match.span()


def _cards(text: str) -> Spans:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        # First digits of the card schemes; a tracking number that passes Luhn by chance mostly begins otherwise.
        if digits[0] in "23456" and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match.span()


def _ibans(text: str) -> Spans:
    for match in _IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield match.span()


def _passwords(text: str) -> Spans:
    for match in _PASSWORD.finditer(text):
        value = match["value"]
        bare = value.rstrip(".!?)")
        if not bare or value.startswith("[") or bare.lower() in _TALK:
            continue
        link = match["link"].lower()
        quoted = value[0] in "\"'“«`"
        mixed = bool(re.search(r"\d", bare)) and bool(re.search(r"[^\W\d_]", bare))
        # "password to …" and "password …" go on in many ways; only what looks like one is taken for one.
        if link in {"", "to"} and not (mixed or quoted):
            continue
        start = match.start("value")
        yield (start, start + len(value if quoted else bare))


def _codes(text: str) -> Spans:
    for match in _CODE.finditer(text):
        if not match["before"]:
            yield match.span("value")
    for match in _CODE_AFTER.finditer(text):
        yield match.span("value")


_FINDERS: tuple[tuple[str, Callable[[str], Spans]], ...] = (
    ("api_key", _keys),
    ("card", _cards),
    ("iban", _ibans),
    ("password", _passwords),
    ("code", _codes),
)
