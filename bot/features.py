"""What is looked at in the kernel's scores: how sure the best topic is, and how much speaks for a signal."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from bot import kernel
from bot.verdict import FAQ, NEEDS_PERSON, is_small_talk

SIGNALS = ("security", "anger", "requested")
OUT_OF_SCOPE = "out_of_scope"
_ASKED, _NEAREST = 0.3, 0.5
_WORD, _RUN = re.compile(r"[^\W\d_]{4,}"), re.compile(r"[!?]{2,}")
_FEW_WORDS = 4


class Columns:
    """What the columns of the scores are about: one for each intent, then one for each signal.

    `topics`: places of the intents that the bot answers by itself, small talk among them. `families` (intents,): the
    same number where it does not matter which, as whether "thanks, bye" is thanks or goodbye.
    """

    def __init__(self, intents: Sequence[str]) -> None:
        self.intents = list(intents)
        self.topics = self._where(lambda intent: intent not in NEEDS_PERSON)
        self.beyond = self.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.intents else None
        self._faq = self._where(lambda intent: intent.startswith(FAQ))
        self.small_talk = self._where(is_small_talk)
        self._raising = {
            signal: self._where(lambda intent, signal=signal: NEEDS_PERSON.get(intent, ("",))[0] == signal)
            for signal in SIGNALS
        }
        self.families = np.arange(len(self.intents))
        if self.beyond is not None:
            self.families[self.small_talk] = -1

    def best(self, scores: np.ndarray) -> np.ndarray:
        """The place of the topic with the highest score, of (intents,) or of each of (rows, intents)."""
        return np.asarray(self.topics[scores[..., self.topics].argmax(axis=-1)])

    def of_signal(self, signal: str) -> int:
        return len(self.intents) + SIGNALS.index(signal)

    def of_intents(self, scores: np.ndarray, parts: list[str]) -> np.ndarray:
        """(intents,): the whole, and of the sentences the one that asks; in a long mail it often comes last."""
        whole = scores[0, : len(self.intents)]
        if len(parts) == 1:
            return np.asarray(whole)
        those = asking(parts) or [len(parts) - 1]
        return np.asarray((1 - _ASKED) * whole + _ASKED * scores[those, : len(self.intents)].max(axis=0))

    def of_topic(self, scores: np.ndarray, temperature: float, nearest: float = 0.0) -> np.ndarray:
        """Of the best topic (scores: (intents,)): its score, its lead over the next, its lead over what is out of
        scope, its softmax; all small talk counts as one topic.

        Without examples of what is out of scope, only how near anything known is can tell: a lead is as large out
        there.
        """
        topics = scores[self.topics]
        if self.beyond is None:
            return np.array([topics.max() + _NEAREST * nearest])
        own = self.families[self.topics] == self.families[self.best(scores)]
        best, second = topics.max(), topics[~own].max(initial=0.0)
        certain = kernel.softmax(scores / temperature)[self.topics][own].sum()
        return np.array([best, best - second, best - scores[self.beyond], certain])

    def for_signal(
        self, signal: str, scores: np.ndarray, of_intents: np.ndarray, certain: np.ndarray, text: str
    ) -> np.ndarray:
        """`scores` (1 + sentences, columns): the whole's and the highest of all; the best topic's, and its lead;
        `certain`, the softmax of `of_intents`: of small talk, of the best question, and of the signal's own intents.

        What is surely a topic's question, or thanks, is seldom a signal, however strong its words; for anger, how
        loud it is counts.
        """
        column = scores[:, self.of_signal(signal)]
        own = self._raising[signal]
        best = of_intents[self.topics].max()
        features = [column[0], column.max(), best, best - scores[0, own].max(initial=0.0)]
        features += [certain[self.small_talk].sum(), certain[self._faq].max(initial=0.0), certain[own].sum()]
        return np.array(features + (_loudness(text) if signal == "anger" else []))

    def _where(self, holds: Callable[[str], bool]) -> np.ndarray:
        return np.array([place for place, intent in enumerate(self.intents) if holds(intent)], int)


def asking(parts: list[str]) -> list[int]:
    """Places of the sentences that ask; the whole, in front, is none."""
    return [place for place in range(1, len(parts)) if "?" in parts[place]]


def _loudness(text: str) -> list[float]:
    words = _WORD.findall(text)
    shouted = sum(word.isupper() for word in words) / max(len(words), _FEW_WORDS)
    return [shouted, float(min(len(_RUN.findall(text)), 3))]
