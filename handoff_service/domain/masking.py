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

# A card's digits stand among others: an order number before, the expiry date after.
_DIGITS = re.compile(r"(?:(?<![\w#-])|(?<=[Cc]ard #))\d(?:[ .-]{0,2}\d){12,}(?![\w-])")
_CARD_SHAPES = {(16,), (15,), (4, 4, 4, 4), (4, 6, 5)}
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_KEY = re.compile(
    r"""
    -----BEGIN[ A-Z]*PRIVATE\ KEY-----.*?(?:-----END[ A-Z]*PRIVATE\ KEY-----|\Z)
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+                      # JSON web token
    | \b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][\w-]{8,}  # Stripe, OpenAI, Anthropic
    | \bsk-[A-Za-z0-9]{20,}
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,}
    | \b(?:xox[abeoprs]|xapp)-[\w-]{10,}                     # Slack
    | \b(?:whsec|npm|hf|dop_v1|shp(?:at|ca|pa|ss))_[A-Za-z0-9]{20,}
    | \bpypi-[\w-]{16,} | \bya29\.[\w-]{16,}
    | ://[^\s/:@]+:(?P<url>[^\s/@]+)@                        # name and password in an address
    | \bAuthorization:\s*Basic\ +(?P<basic>[A-Za-z0-9+/]{8,}=*)
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                          # AWS
    | \bAIza[\w-]{30,}                                       # Google
    | \bSG\.[\w-]{16,}\.[\w-]{16,}                           # SendGrid
    | \bBearer\ +(?P<bearer>[\w.~+/-]{16,}=*)
    | (?<![^\W_])(?:api|access|secret|client|auth|refresh|webhook|signing)?[ _-]?(?:key|token|secret)\b['"]?
      (?:
        \s*(?:is|was|:|=|->)\s*['"]?(?!\d{4}-\d\d-\d\d)(?P<named>(?=[\w.~+/-]*\d)[\w.~+/-]{12,}=*)
        | \s+(?P<bare>(?=[\w.~+/-]*\d)(?=[\w.~+/-]*[a-z])[\w.~+/-]{20,}=*)
      )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_WORD_FOR_PASSWORD = (
    r"(?:pass[ ]?words?|passwd|passwort|pass[ ]?phrase|passcode|pwd|pw|contraseña|mot[ ]de[ ]passe|parola"
    r"|pass(?=\s+is\b|\s*[:=]))"
)
_PASSWORD = re.compile(
    rf"""
    \b{_WORD_FOR_PASSWORD}\b
    (?:
      \s+(?:for|to|of|on|at|with)\s+(?:\S+\s+){{1,4}}?(?=is\b|was\b|:|=)
      | \s+(?:i|we|you|they)\s+(?:\S+\s+){{0,3}}?\S+?(?=\s+(?:is|was)\b|[:=]\s)
    )?
    \s*(?P<link>(?:(?:is|was)\s+(?:now|still)|used\ to\ be|(?:should|will|must|would)\ be
      |was|is|ist|lautet|est|es|to|from|['’]s)\b|->|→|[-–—](?=\s)|)\s*(?P<sign>[:=]?)\s*
    (?P<value>"[^"\n]+"|'[^'\n]+'|“[^”\n]+”|«[^»\n]+»|`[^`\n]+`|\S+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PASS = re.compile(r"pass\s*(?:is\b|[:=])", re.IGNORECASE)
_PASSWORD_CHANGED = re.compile(rf"\b{_WORD_FOR_PASSWORD}\s+from\s+\S+\s+to\s+(?P<value>\S+)", re.IGNORECASE)
_PASSWORD_BEFORE = re.compile(
    rf"(?<!\S)(?P<value>\S+)\s+(?:(?:is|was)\s+(?:my|our|the)|as(?:\s+(?:my|our|the|a))?)\s+{_WORD_FOR_PASSWORD}\b",
    re.IGNORECASE,
)
# After "password is …" these are talk about a password, not one.
_TALK = frozenset(
    """a about accepted access actually again all already also always an and any are as asked at back bad be
    because been before being blank broken but by can cannot case change changed changing completely complicated
    compromised confusing correct correctly crap denied different difficult does doesn't doesnt empty encrypted
    entered entirely even every exactly expired expires expiring fails field fine for forgot forgotten from
    garbage getting gone good hacked hard has hashed hidden how i if ignored impossible in incorrect insecure
    invalid is it its just kinda known leaked leaking least link locked long longer lost mail mandatory maybe me
    mine missing much must my needed never new no none not nothing now of off ok okay old on only or our out
    outdated over page please policy printed probably problem refused rejected required requirements reset
    resets right rotated rubbish safe same saved secure sent set short shown simple since so something stale
    still stolen stored strange strong stronger supposedly surely temporary terrible that the their then there
    this to today too totally unchanged under unknown unsafe used useless very visible was wasn't weak weird
    what when where which who why will with without wo worked working wrong yes you your""".split()  # noqa: SIM905
)

_NOT_ONE_TIME = (
    r"(?:error|status|promo|discount|coupon|voucher|gift|referral|zip|post|postal|area|country|product|item|model|http"
    r"|response|qr|tracking|shipping|delivery|order|booking|reference|invoice|ticket|customer|tax|vat|sort|source|event"
    r"|dress)"
)
_DIGITS_OF_CODE = r"(?:G-)?(?:\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|\d(?:[ ]\d){3,7}|\d{4,8})"
_CODE = re.compile(
    rf"""
    \b(?P<before>{_NOT_ONE_TIME}[ -])?
    (?:codes?|otp|tan|pin|2fa)\b(?:\s+(?:number|sms|code))?
    (?:\s+(?:i|we|you|it|they)\s+(?:got|get|received|sent|gave|said|says))?
    (?:\s+(?:from|for|by|in|on|to)\s+(?:\w+\s+){{1,3}}?)?
    \s*(?:is\ now|is|was|says|:|=|->|→|)\s*
    (?P<value>{_DIGITS_OF_CODE})\b(?![.,]\d|[-/]\d)(?!\s+(?:posts?|messages?|mentions?)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CODE_AFTER = re.compile(
    rf"(?<![\w#-])(?P<value>{_DIGITS_OF_CODE})\s+(?:is|was)\s+(?:my|the|your|our)\s+"
    r"(?:\w+\s+){0,2}(?:code|otp|tan|pin)\b",
    re.IGNORECASE,
)
_CODE_OF_CARD = re.compile(
    r"\b(?:cvv2?|cvc2?)\b(?:\s+code)?\s*(?:is|was|:|=|)\s*(?P<value>\d{3,4})\b", re.IGNORECASE
)
_CODE_WITH_LETTERS = re.compile(
    r"\b(?:back-?up|recovery|login|verification)\s+codes?\s*(?:is|was|:|=)\s*"
    r"(?P<value>(?=[a-z-]*\d)(?=[\w-]{5})[a-z0-9]{3,}(?:-[a-z0-9]{3,})*)\b",
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


def take_in_optional(text: str) -> Masked:
    """As take_in(), but blank stays an empty string."""
    return mask(clean_optional(text))


def mask(text: str) -> Masked:
    """Masking what is masked already changes nothing."""
    kinds: list[str] = []
    for kind, find in _FINDERS:
        spans = _apart(find(text))
        for start, end in reversed(spans):
            text = text[:start] + _HIDDEN[kind] + text[end:]
        if spans:
            kinds.append(kind)
    return Masked(text, tuple(kinds))


Spans = Iterator[tuple[int, int]]


def _apart(found: Spans) -> list[tuple[int, int]]:
    """In order; of two that overlap, the first."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _keys(text: str) -> Spans:
    for match in _KEY.finditer(text):
        named = next((name for name in ("bearer", "named", "bare", "url", "basic") if match[name]), None)
        yield match.span(named) if named else match.span()


def _cards(text: str) -> Spans:
    for match in _DIGITS.finditer(text):
        if _is_card(match[0]):
            yield match.span()
            continue
        groups = [group.span() for group in re.finditer(r"\d+", match[0])]
        for size in (1, 3, 4):
            for first in range(len(groups) - size + 1):
                part = groups[first : first + size]
                start, end = part[0][0], part[-1][1]
                shape = tuple(stop - begin for begin, stop in part)
                if shape in _CARD_SHAPES and _is_card(match[0][start:end]):
                    yield match.start() + start, match.start() + end


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    # First digits of the card schemes; a tracking number that passes Luhn by chance mostly begins otherwise.
    return (
        13 <= len(digits) <= 19
        and digits[0] in "23456"
        and len(set(digits)) > 1
        and bool(luhn.is_valid(digits))
    )


def _ibans(text: str) -> Spans:
    for match in _IBAN.finditer(text):
        # The words after one look like more of it.
        for end in reversed([word.end() for word in re.finditer(r"\w+", match[0])]):
            # Some countries' own checks know only some of their banks.
            if iban.is_valid(match[0][:end], check_country=False):
                yield match.start(), match.start() + end
                break


def _passwords(text: str) -> Spans:
    for match in _PASSWORD.finditer(text):
        value = match["value"]
        quoted = value[0] in "\"'“«`" and len(value) > 1 and value[-1] in "\"'”»`"
        bare = value.rstrip(".,;!?)")
        if not bare or value.startswith("[") or _is_talk(bare):
            continue
        link = match["link"].lower()
        # "password to …" and "password …" go on in many ways; only what looks like one is taken for one.
        said = match["sign"] or link not in {"", "to", "from", "'s", "’s", "-", "–", "—"}
        if (not said or _PASS.match(match[0])) and not (_mixed(bare) or quoted):
            continue
        start = match.start("value")
        yield start, start + len(value if quoted else bare)
    for find in (_PASSWORD_CHANGED, _PASSWORD_BEFORE):
        for match in find.finditer(text):
            bare = match["value"].rstrip(".,;!?)")
            if _mixed(bare):
                yield match.start("value"), match.start("value") + len(bare)


def _is_talk(bare: str) -> bool:
    return re.split(r"[,;]", bare.lower())[0] in _TALK or (bare.isdigit() and len(bare) < 3)


def _mixed(bare: str) -> bool:
    return bool(re.search(r"\d", bare)) and bool(re.search(r"[^\W\d_]", bare))


def _codes(text: str) -> Spans:
    for match in _CODE.finditer(text):
        if not match["before"]:
            yield match.span("value")
    for find in (_CODE_AFTER, _CODE_OF_CARD, _CODE_WITH_LETTERS):
        for match in find.finditer(text):
            yield match.span("value")


_FINDERS: tuple[tuple[str, Callable[[str], Spans]], ...] = (
    ("api_key", _keys),
    ("card", _cards),
    ("iban", _ibans),
    ("password", _passwords),
    ("code", _codes),
)
