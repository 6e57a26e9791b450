"""What the bot makes of a message: topics and signals by kernel ridge, each as a probability. Nothing of Rasa.

A message is scored as a whole and by its sentences, of which the ones that ask weigh most for the topic. What turns
scores into probabilities and thresholds comes from training (bot/fitting.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot import kernel
from bot.calibration import Logistic
from bot.errors import UserError
from bot.features import Columns, asking
from bot.spelling import Spelling
from bot.summary import parts_of

# Raised when what a model holds, or what is looked at in it, changes: an older model would give numbers of no meaning.
FORMAT = 2
# Of a text and of its passages: (1 + passages, width), as bot/encoder.py gives it.
Encode = Callable[[str, Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Reading:
    """`scores` (1 + sentences, columns): of the whole text and of each part. `certain` (intents,).

    `asked`: the topics that its questions are surely about, each by itself.
    """

    parts: list[str]
    scores: np.ndarray
    topic: str
    confidence: float
    certain: np.ndarray
    signals: dict[str, float]
    asked: frozenset[str]


@dataclass
class Judgement:
    """`basis` (width, fewer): the directions in which the examples' vectors lie. `temperature` of the topics' softmax;
    `right`: that the best topic is the right one; `raised`: each signal.

    `unknown`: how well its confidence tells messages about its topics from those about topics left out (AUROC).
    """

    intents: list[str]
    ridge: kernel.KernelRidge
    grams: kernel.NGrams
    spelling: Spelling
    encode: Encode
    basis: np.ndarray
    temperature: float
    right: Logistic
    raised: dict[str, Logistic]
    confidence_threshold: float
    signal_thresholds: dict[str, float]
    unknown: float | None

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.intents)

    def read(self, text: str) -> Reading:
        parts = [text, *parts_of(text)]
        spelt = [self.spelling.right(part) for part in parts]
        dense = self.encode(spelt[0], spelt[1:]) @ self.basis
        scores = self.ridge.scores(dense, self.grams.of(spelt))
        of_intents = self.columns.of_intents(scores, parts)
        certain = kernel.softmax(of_intents / self.temperature)
        known = self.ridge.nearest(dense) if self.columns.beyond is None else np.zeros(len(parts))
        signals = {
            signal: float(one.probability(self.columns.for_signal(signal, scores, of_intents, certain, text)))
            for signal, one in self.raised.items()
        }
        return Reading(
            parts,
            scores,
            self.intents[self.columns.best(of_intents)],
            self._sure(of_intents, known[0]),
            certain,
            signals,
            frozenset(self._asked(parts, scores, known)),
        )

    def _sure(self, of_intents: np.ndarray, nearest: float) -> float:
        return float(self.right.probability(self.columns.of_topic(of_intents, self.temperature, nearest)))

    def _asked(self, parts: list[str], scores: np.ndarray, known: np.ndarray) -> Iterator[str]:
        for place in asking(parts):
            of_part = scores[place, : len(self.intents)]
            if self._sure(of_part, known[place]) >= self.confidence_threshold:
                yield self.intents[self.columns.best(of_part)]

    def arrays(self) -> dict[str, np.ndarray]:
        sparse = self.ridge.sparse
        return {
            "basis": self.basis.astype(np.float32),
            "dense": self.ridge.dense.astype(np.float32),
            "weights": self.ridge.weights.astype(np.float32),
            "sparse_data": sparse.data.astype(np.float32),
            "sparse_indices": sparse.indices,
            "sparse_indptr": sparse.indptr,
            "sparse_shape": np.array(sparse.shape),
        }

    def facts(self) -> dict[str, Any]:
        """All but the arrays and the encoder, as JSON takes it."""
        return {
            "format": FORMAT,
            "intents": self.intents,
            "grams": self.grams.as_dict(),
            "words": self.spelling.words,
            "temperature": self.temperature,
            "right": asdict(self.right),
            "raised": {signal: asdict(one) for signal, one in self.raised.items()},
            "confidence_threshold": self.confidence_threshold,
            "signal_thresholds": self.signal_thresholds,
            "unknown": self.unknown,
        }

    @classmethod
    def from_parts(
        cls, facts: dict[str, Any], arrays: Mapping[str, np.ndarray], encode: Encode
    ) -> "Judgement":
        """From what facts() and arrays() gave. Raises UserError where another version's did."""
        if facts.get("format") != FORMAT:
            raise UserError("another version of Baton trained this model: `make train`, then `make promote`")
        sparse = csr_matrix(
            (arrays["sparse_data"], arrays["sparse_indices"], arrays["sparse_indptr"]),
            shape=tuple(arrays["sparse_shape"]),
        )
        return cls(
            facts["intents"],
            kernel.KernelRidge(arrays["dense"], sparse, arrays["weights"]),
            kernel.NGrams.from_dict(facts["grams"]),
            Spelling(facts["words"]),
            encode,
            arrays["basis"],
            facts["temperature"],
            Logistic(**facts["right"]),
            {signal: Logistic(**one) for signal, one in facts["raised"].items()},
            facts["confidence_threshold"],
            facts["signal_thresholds"],
            facts["unknown"],
        )
