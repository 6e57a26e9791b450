"""A Judgement from examples. Probabilities and thresholds come from what the model says of each example that it has
not seen: kernel ridge knows that in closed form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from bot import kernel
from bot.calibration import Logistic, cheapest_threshold
from bot.features import SIGNALS, Columns
from bot.judgement import Encode, Judgement
from bot.spelling import Spelling
from bot.summary import parts_of
from bot.verdict import FAQ, NEEDS_PERSON
from bot.wish import Wish, choose

_DIRECTIONS = 384


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    signals: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Unseen:
    """An example's parts, and the scores (parts, columns) of a model that has not seen it."""

    parts: list[str]
    scores: np.ndarray


def fit(examples: Sequence[Example], encode: Encode, wish: Wish, costs: dict[str, float]) -> Judgement:
    """`costs`: how many false alarms a missed signal is worth."""
    intents = sorted({example.intent for example in examples})
    columns = Columns(intents)
    # The names of the intents are worth an example each.
    names = [Example(intent.removeprefix(FAQ).replace("_", " "), intent) for intent in intents]
    rows = [*examples, *names]
    spelling = Spelling.fit(row.text for row in rows)
    texts = [spelling.right(row.text) for row in rows]
    parts = [parts_of(text) for text in texts]
    views = [encode(text, of_text) for text, of_text in zip(texts, parts, strict=True)]
    basis = _basis(np.stack([of_text[0] for of_text in views]))
    views = [of_text @ basis for of_text in views]
    grams = kernel.NGrams.fit(texts)
    dense = np.stack([of_text[0] for of_text in views])
    found = kernel.fit(dense, grams.of(texts), _targets(rows, columns))
    wholes = found.scores()

    unseen = _without_each(found, wholes, examples, parts, views, grams)
    of_intents = np.stack([columns.of_intents(one.scores, one.parts) for one in unseen])
    truth = np.array([intents.index(example.intent) for example in examples])
    temperature = kernel.temperature(of_intents, truth)
    nearest = found.model.nearest(dense, own=True) if columns.beyond is None else np.zeros(len(rows))
    seen = np.stack(
        [columns.of_topic(row, temperature, near) for row, near in zip(of_intents, nearest, strict=False)]
    )
    is_right = columns.families[columns.best(of_intents)] == columns.families[truth]
    answerable = np.isin(truth, columns.topics)
    # Signals are looked for by themselves; whether a topic is right is asked of what has none.
    asked = answerable | (truth == columns.beyond)
    right = Logistic.fit(seen[asked], is_right[asked])
    threshold = choose(wish, right.probability(seen[asked]), is_right[asked], answerable[asked])

    def sure(scores: np.ndarray) -> list[float]:
        of_topics = [columns.of_topic(row[: len(intents)], temperature) for row in scores]
        return [float(one) for one in right.probability(np.stack(of_topics))]

    return Judgement(
        intents=intents,
        ridge=found.model,
        grams=grams,
        spelling=spelling,
        encode=encode,
        basis=basis,
        temperature=temperature,
        right=right,
        raised=_raised(columns, unseen, of_intents, temperature, found.targets[: len(examples)]),
        confidence_threshold=threshold.value,
        signal_thresholds={signal: cheapest_threshold(costs[signal]) for signal in SIGNALS},
        unknown=None if columns.beyond is None else _unknown(found, wholes, rows, sure),
    )


def _basis(dense: np.ndarray) -> np.ndarray:
    """A third of the directions hold nearly all there is, and a message is compared with every row in so much less."""
    _, directions = np.linalg.eigh(dense.T @ dense)  # ascending
    return np.ascontiguousarray(directions[:, : -_DIRECTIONS - 1 : -1])


def _targets(rows: Sequence[Example], columns: Columns) -> np.ndarray:
    targets = np.zeros((len(rows), len(columns.intents) + len(SIGNALS)))
    for place, row in enumerate(rows):
        targets[place, columns.intents.index(row.intent)] = 1.0
        for signal in {NEEDS_PERSON.get(row.intent, ("",))[0], *row.signals} & set(SIGNALS):
            targets[place, columns.of_signal(signal)] = 1.0
    return targets


def _raised(
    columns: Columns,
    unseen: Sequence[_Unseen],
    of_intents: np.ndarray,
    temperature: float,
    targets: np.ndarray,
) -> dict[str, Logistic]:
    """For each signal, how likely it is."""
    certain = kernel.softmax(of_intents / temperature)
    found = {}
    for signal in SIGNALS:
        seen = [
            columns.for_signal(signal, one.scores, row, sure, one.parts[0])
            for one, row, sure in zip(unseen, of_intents, certain, strict=True)
        ]
        found[signal] = Logistic.fit(np.stack(seen), targets[:, columns.of_signal(signal)] > 0)
    return found


def _without_each(
    found: kernel.LeftOut,
    wholes: np.ndarray,
    examples: Sequence[Example],
    parts: Sequence[list[str]],
    views: Sequence[np.ndarray],
    grams: kernel.NGrams,
) -> list[_Unseen]:
    several = [row for row in range(len(examples)) if parts[row]]
    if not several:
        return [_Unseen([example.text], wholes[[row]]) for row, example in enumerate(examples)]
    rows = np.repeat(several, [len(parts[row]) for row in several])
    dense = np.concatenate([views[row][1:] for row in several])
    of_parts = found.scores_of(rows, dense, grams.of([part for row in several for part in parts[row]]))
    return [
        _Unseen([example.text, *parts[row]], np.vstack([wholes[[row]], of_parts[rows == row]]))
        for row, example in enumerate(examples)
    ]


def _unknown(
    found: kernel.LeftOut,
    wholes: np.ndarray,
    rows: Sequence[Example],
    sure: Callable[[np.ndarray], list[float]],
) -> float | None:
    """AUROC of `sure`: each message about a topic, left out alone, against it left out with its whole topic."""
    topics = sorted({row.intent for row in rows if row.intent.startswith(FAQ)})
    places = [np.array([place for place, row in enumerate(rows) if row.intent == topic]) for topic in topics]
    if not places:
        return None
    known = [one for own in places for one in sure(wholes[own])]
    unknown = [one for own in places for one in sure(found.scores_without(own))]
    return float(roc_auc_score([1] * len(known) + [0] * len(unknown), known + unknown))
