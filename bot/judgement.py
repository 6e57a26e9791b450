"""What the bot makes of a message: topics and signals by kernel ridge, each as a probability. Nothing of Rasa.

A message is scored as a whole and by its sentences, of which the ones that ask weigh most for the topic. Everything
that turns scores into probabilities and thresholds is found on what the model says of examples it has not seen.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.metrics import roc_auc_score

from bot import kernel
from bot.calibration import Logistic, cheapest_threshold
from bot.spelling import Spelling
from bot.summary import parts_of
from bot.verdict import NEEDS_PERSON, is_small_talk
from bot.wish import Wish, choose

SIGNALS = ("security", "anger", "requested")
OUT_OF_SCOPE, _FAQ = "out_of_scope", "faq_"
_ASKED, _NEAREST = 0.3, 0.5
_WORD, _RUN = re.compile(r"[^\W\d_]{4,}"), re.compile(r"[!?]{2,}")
_FEW_WORDS = 4
# Of a text and of its passages: (1 + passages, width), as bot/encoder.py gives it.
Encode = Callable[[str, Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    signals: tuple[str, ...] = ()


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

    def read(self, text: str) -> Reading:
        parts = [text, *parts_of(text)]
        spelt = [self.spelling.right(part) for part in parts]
        dense = self.encode(spelt[0], spelt[1:]) @ self.basis
        scores = self.ridge.scores(dense, self.grams.of([part.lower() for part in spelt]))
        intents = _of_intents(scores[:, : len(self.intents)], parts)
        topics = _topics(self.intents)
        known = self.ridge.nearest(dense) if OUT_OF_SCOPE not in self.intents else np.zeros(len(parts))
        features = _features(intents, self.intents, self.temperature, known[0])
        signals = {
            signal: float(one.probability(_signal_features(signal, scores, intents, self.intents, text)))
            for signal, one in self.raised.items()
        }
        return Reading(
            parts,
            scores,
            self.intents[topics[int(np.argmax(intents[topics]))]],
            float(self.right.probability(features)),
            kernel.softmax(intents / self.temperature),
            signals,
            frozenset(self._asked(parts, scores, known)),
        )

    def _asked(self, parts: list[str], scores: np.ndarray, known: np.ndarray) -> Iterator[str]:
        topics = _topics(self.intents)
        for place in _asking(parts):
            of_part = scores[place, : len(self.intents)]
            sure = self.right.probability(_features(of_part, self.intents, self.temperature, known[place]))
            if sure >= self.confidence_threshold:
                yield self.intents[topics[int(np.argmax(of_part[topics]))]]

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
        """From what facts() and arrays() gave."""
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


def fit(examples: Sequence[Example], encode: Encode, wish: Wish, costs: dict[str, float]) -> Judgement:
    """`costs`: how many false alarms a missed signal is worth."""
    intents = sorted({example.intent for example in examples})
    # The names of the intents are worth an example each.
    names = [Example(intent.removeprefix("faq_").replace("_", " "), intent) for intent in intents]
    rows = [*examples, *names]
    spelling = Spelling.fit(row.text for row in rows)
    texts = [spelling.right(row.text) for row in rows]
    parts = [parts_of(text) for text in texts]
    views = [encode(text, of_text) for text, of_text in zip(texts, parts, strict=True)]
    basis = _basis(np.stack([of_text[0] for of_text in views]))
    views = [of_text @ basis for of_text in views]
    dense = np.stack([of_text[0] for of_text in views])
    grams = kernel.NGrams.fit([text.lower() for text in texts])
    found = kernel.fit(dense, grams.of([text.lower() for text in texts]), _targets(rows, intents))
    scored = _without_each(found, examples, parts, views, grams)
    classes = np.stack([_of_intents(scores[:, : len(intents)], parts) for parts, scores in scored])
    truth = np.array([intents.index(example.intent) for example in examples])
    temperature = kernel.temperature(classes, truth)
    known = np.zeros(len(rows)) if OUT_OF_SCOPE in intents else found.model.nearest(dense, own=True)
    features = np.stack(
        [
            _features(row, intents, temperature, near)
            for row, near in zip(classes, known[: len(classes)], strict=True)
        ]
    )
    topics = _topics(intents)
    best = np.array(topics)[classes[:, topics].argmax(axis=1)]
    families = _families(intents)
    is_right = families[best] == families[truth]
    answerable = np.isin(truth, topics)
    # Signals are looked for by themselves; whether a topic is right is asked of what has none.
    asked = answerable | (truth == (intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in intents else -1))
    right = Logistic.fit(features[asked], is_right[asked])
    raised, thresholds = {}, {}
    for place, signal in enumerate(SIGNALS):
        holds = found.targets[: len(examples), len(intents) + place] > 0
        seen = np.stack(
            [
                _signal_features(signal, scores, row, intents, parts[0])
                for (parts, scores), row in zip(scored, classes, strict=True)
            ]
        )
        raised[signal] = Logistic.fit(seen, holds)
        thresholds[signal] = cheapest_threshold(raised[signal].probability(seen), holds, costs[signal])

    def sure(of_wholes: np.ndarray) -> list[float]:
        scores = of_wholes[:, : len(intents)]
        return [float(right.probability(_features(row, intents, temperature))) for row in scores]

    threshold = choose(wish, right.probability(features[asked]), is_right[asked], answerable[asked])
    return Judgement(
        intents,
        found.model,
        grams,
        spelling,
        encode,
        basis,
        temperature,
        right,
        raised,
        threshold.value,
        thresholds,
        _unknown(found, rows, sure) if OUT_OF_SCOPE in intents else None,
    )


def _basis(dense: np.ndarray) -> np.ndarray:
    """Half the directions hold nearly all there is, and a message is compared with every row in half the time."""
    _, _, directions = np.linalg.svd(dense, full_matrices=False)
    return np.ascontiguousarray(directions[: dense.shape[1] // 2].T)


def _without_each(
    found: kernel.LeftOut,
    examples: Sequence[Example],
    parts: Sequence[list[str]],
    views: Sequence[np.ndarray],
    grams: kernel.NGrams,
) -> list[tuple[list[str], np.ndarray]]:
    """For each example its parts, and the scores (parts, columns) of a model that has not seen it."""
    wholes = found.scores()
    several = [row for row in range(len(examples)) if parts[row]]
    if not several:
        return [([example.text], wholes[[row]]) for row, example in enumerate(examples)]
    rows = np.repeat(several, [len(parts[row]) for row in several])
    dense = np.concatenate([views[row][1:] for row in several])
    of_parts = found.scores_of(
        rows, dense, grams.of([part.lower() for row in several for part in parts[row]])
    )
    return [
        ([example.text, *parts[row]], np.vstack([wholes[[row]], of_parts[rows == row]]))
        for row, example in enumerate(examples)
    ]


def _unknown(
    found: kernel.LeftOut, rows: Sequence[Example], sure: Callable[[np.ndarray], list[float]]
) -> float | None:
    """AUROC of `sure`: each message about a topic, left out alone, against it left out with its whole topic."""
    topics = sorted({row.intent for row in rows if row.intent.startswith(_FAQ)})
    places = [np.array([place for place, row in enumerate(rows) if row.intent == topic]) for topic in topics]
    if not places:
        return None
    alone = found.scores()
    known = [one for own in places for one in sure(alone[own])]
    unknown = [one for own in places for one in sure(found.scores_without(own))]
    return float(roc_auc_score([1] * len(known) + [0] * len(unknown), known + unknown))


def _targets(rows: Sequence[Example], intents: list[str]) -> np.ndarray:
    targets = np.zeros((len(rows), len(intents) + len(SIGNALS)))
    for place, row in enumerate(rows):
        targets[place, intents.index(row.intent)] = 1.0
        for signal in {NEEDS_PERSON.get(row.intent, ("",))[0], *row.signals} & set(SIGNALS):
            targets[place, len(intents) + SIGNALS.index(signal)] = 1.0
    return targets


def _topics(intents: list[str]) -> list[int]:
    return [place for place, intent in enumerate(intents) if intent not in NEEDS_PERSON]


def _of_intents(scores: np.ndarray, parts: list[str]) -> np.ndarray:
    """(intents,): the whole, and of the sentences the one that asks; in a long mail the question often comes last."""
    if len(parts) == 1:
        return np.asarray(scores[0])
    asking = _asking(parts) or [len(parts) - 1]
    return np.asarray((1 - _ASKED) * scores[0] + _ASKED * scores[asking].max(axis=0))


def _asking(parts: list[str]) -> list[int]:
    return [place for place in range(1, len(parts)) if "?" in parts[place]]


def _features(scores: np.ndarray, intents: list[str], temperature: float, nearest: float = 0.0) -> np.ndarray:
    """Of the best topic: its score, its lead over the next, its lead over what is out of scope, its softmax; all
    small talk counts as one topic.

    Without examples of what is out of scope, only how near anything known is can tell: a lead is as large out there.
    """
    topics = scores[_topics(intents)]
    if OUT_OF_SCOPE not in intents:
        return np.array([topics.max() + _NEAREST * nearest])
    families = _families(intents)[_topics(intents)]
    own = families == families[topics.argmax()]
    best, second = topics.max(), topics[~own].max(initial=0.0)
    beyond = scores[intents.index(OUT_OF_SCOPE)]
    certain = kernel.softmax(scores / temperature)[_topics(intents)][own].sum()
    return np.array([best, best - second, best - beyond, certain])


def _families(intents: list[str]) -> np.ndarray:
    """(intents,): the same number where it does not matter which: whether "thanks, bye" is thanks or goodbye."""
    if OUT_OF_SCOPE not in intents:
        return np.arange(len(intents))
    return np.array([-1 if is_small_talk(intent) else place for place, intent in enumerate(intents)])


def _signal_features(
    signal: str, scores: np.ndarray, of_intents: np.ndarray, intents: list[str], text: str
) -> np.ndarray:
    """`scores` (1 + sentences, columns): the whole's and the highest of all; the best topic's score, and its lead.

    What is surely a topic's question is seldom a signal, however strong its words; for anger, how loud it is counts.
    """
    column = scores[:, len(intents) + SIGNALS.index(signal)]
    own = [place for place, intent in enumerate(intents) if NEEDS_PERSON.get(intent, ("",))[0] == signal]
    best = of_intents[_topics(intents)].max()
    features = [column[0], column.max(), best, best - scores[0, own].max(initial=0.0)]
    return np.array(features + (_loudness(text) if signal == "anger" else []))


def _loudness(text: str) -> list[float]:
    words = _WORD.findall(text)
    shouted = sum(word.isupper() for word in words) / max(len(words), _FEW_WORDS)
    return [shouted, float(min(len(_RUN.findall(text)), 3))]
