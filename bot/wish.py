"""What an operator wants of the bot, in words, and the threshold that gives it."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

_FORMS = "“keep at least 95 % of answerable questions with the bot” or “at most 1 wrong answer in 100”"
_NUMBER, _PERCENT = r"(?P<number>\d+(?:[.,]\d+)?)", r" ?(?:%|percent|per cent)"
_KEEP = re.compile(
    rf"keep (?:at least )?{_NUMBER}{_PERCENT}"
    r"(?: of (?:all |the )*(?:answerable )?(?:questions|messages))?(?: with the bot)?"
)
_WRONG_IN = re.compile(
    rf"at most {_NUMBER} wrong(?: answers?)? (?:in|of|out of) (?P<of>\d{{1,3}}(?:[.,]\d{{3}})+|\d+)(?: messages)?"
)
_WRONG_SHARE = re.compile(rf"at most {_NUMBER}{_PERCENT} wrong(?: answers?)?")


@dataclass(frozen=True)
class Wish:
    """`share`: of answerable questions, kept at least; or of all messages, answered wrongly at most."""

    kind: Literal["keep", "wrong"]
    share: float


@dataclass(frozen=True)
class Threshold:
    """Answered from `value` on: `kept` of what is answerable, and `wrong` of all messages a wrong answer."""

    value: float
    kept: float
    wrong: float


def read_wish(words: str) -> Wish:
    """Raises ValueError that shows the two forms where the words are neither."""
    said = " ".join(words.lower().split()).rstrip(".")
    if match := _KEEP.fullmatch(said):
        wish = Wish("keep", _number(match["number"]) / 100)
    elif match := _WRONG_IN.fullmatch(said):
        of = int(re.sub(r"\D", "", match["of"]))
        wish = Wish("wrong", _number(match["number"]) / of if of else 1.0)
    elif match := _WRONG_SHARE.fullmatch(said):
        wish = Wish("wrong", _number(match["number"]) / 100)
    else:
        raise ValueError(f"the wish {words!r} is not understood; write {_FORMS}")
    possible = 0 < wish.share <= 1 if wish.kind == "keep" else 0 <= wish.share < 1
    if not possible:
        raise ValueError(f"the wish {words!r} asks for a share that is none; write {_FORMS}")
    return wish


def choose(wish: Wish, confidence: np.ndarray, right: np.ndarray, answerable: np.ndarray) -> Threshold:
    """The lowest threshold that keeps wrong answers rare enough, or the highest that keeps enough.

    All (rows,): `confidence` that the best topic is right, `right` whether it is, `answerable` whether any is.
    Raises ValueError where nothing is answerable.
    """
    if not answerable.any():
        raise ValueError("there is no answerable example to choose a threshold by")
    if wish.kind == "keep":
        ranked = np.sort(confidence[answerable])[::-1]
        # The tolerance: 0.95 of 20 is 19, and not the 20 that its floating point value would round up to.
        value = float(ranked[int(np.ceil(wish.share * len(ranked) - 1e-9)) - 1])
    else:
        nothing = float(np.nextafter(confidence.max(), np.inf))
        allowed = wish.share * len(confidence) + 1e-9
        values = [*np.unique(confidence), nothing]
        value = float(next(one for one in values if np.sum(~right & (confidence >= one)) <= allowed))
    return threshold_at(value, confidence, right, answerable)


def threshold_at(
    value: float, confidence: np.ndarray, right: np.ndarray, answerable: np.ndarray
) -> Threshold:
    """What this threshold gives; the arrays as in choose()."""
    answered = confidence >= value
    return Threshold(value, float(answered[answerable].mean()), float((answered & ~right).mean()))


def _number(written: str) -> float:
    return float(written.replace(",", "."))
