"""From scores to probabilities that mean what they say, and from probabilities to thresholds."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

_CERTAIN = 20.0


@dataclass(frozen=True)
class Logistic:
    """Logistic regression on a few features (Platt 1999): `weights` (features,) of the features as they come."""

    weights: list[float]
    intercept: float

    @classmethod
    def fit(cls, features: np.ndarray, truth: np.ndarray) -> "Logistic":
        """`features` (rows, features), `truth` (rows,) of bool."""
        if truth.all() or not truth.any():  # nothing to tell apart: always, or never
            return cls([0.0] * features.shape[1], _CERTAIN if truth.all() else -_CERTAIN)
        middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
        found = LogisticRegression(max_iter=2_000).fit((features - middle) / spread, truth)
        weights = found.coef_[0] / spread
        return cls([float(one) for one in weights], float(found.intercept_[0] - weights @ middle))

    def probability(self, features: np.ndarray) -> np.ndarray:
        """(rows,) or a single number, as `features` is (rows, features) or (features,)."""
        return np.asarray(1 / (1 + np.exp(-(features @ np.array(self.weights) + self.intercept))))


def cheapest_threshold(cost_of_miss: float) -> float:
    """The probability from which on a false alarm is dearer than a miss, of which one is worth so many of the other.

    Of calibrated probabilities it is the cheapest there is (Elkan 2001). The cheapest on the rows themselves moves by
    a factor of two when a hundred of them change.
    """
    return 1 / (1 + cost_of_miss)
