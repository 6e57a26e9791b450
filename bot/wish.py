"""What an operator wants of the bot, in words, and the threshold that gives it."""

import re
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Wish:
    kind: str
    share: float


@dataclass(frozen=True)
class Threshold:
    value: float
    kept: float
    wrong: float


def read_wish(words):
    if m := re.search(r"keep.*?([\d.,]+) ?%", words):
        return Wish("keep", float(m[1]) / 100)
    m = re.search(r"([\d.,]+) wrong.* in (\d+)", words)
    return Wish("wrong", float(m[1]) / float(m[2]))


def choose(wish, confidence, right, answerable):
    if wish.kind == "keep":
        v = float(np.quantile(confidence[answerable], 1 - wish.share))
    else:
        order = np.argsort(-confidence)
        bad = np.cumsum(~right[order])
        ok = np.flatnonzero(bad <= wish.share * len(confidence))
        v = float(confidence[order][ok[-1]]) if len(ok) else 1.0
    k = confidence >= v
    return Threshold(v, float(k[answerable].mean()), float((k & ~right).mean()))
