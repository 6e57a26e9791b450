"""Kernel ridge regression over sentence vectors and n-grams, with its leave-one-out in closed form.

One-vs-rest ridge in the space of K = (1-w) exp(-g |a-b|^2) + w cos(tfidf), equal to the mean of a Gaussian process
(Rasmussen & Williams 2006, ch. 2 and 5.4.2 for leave-one-out); each class score gains half the cosine to its centroid.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

GAMMA, SPARSE_WEIGHT, RIDGE, CENTROID_WEIGHT = 2.0, 0.2, 0.1, 0.5
_WORDS = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}
_CHARS = {"analyzer": "char_wb", "ngram_range": (2, 5)}


class NGrams:
    """TF-IDF of words (1, 2) and characters (2 to 5), sublinear, the two blocks stacked, unit length."""

    def __init__(self, vectorizers: list[TfidfVectorizer]) -> None:
        self._vectorizers = vectorizers

    @classmethod
    def fit(cls, texts: list[str]) -> "NGrams":
        return cls([TfidfVectorizer(sublinear_tf=True, **kind).fit(texts) for kind in (_WORDS, _CHARS)])

    def of(self, texts: list[str]) -> csr_matrix:
        return normalize(hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers]).tocsr())

    def as_dict(self) -> list[dict[str, Any]]:
        return [
            {
                "vocabulary": {term: int(place) for term, place in one.vocabulary_.items()},
                "idf": [float(weight) for weight in one.idf_],
            }
            for one in self._vectorizers
        ]

    @classmethod
    def from_dict(cls, kept: list[dict[str, Any]]) -> "NGrams":
        vectorizers = []
        for kind, one in zip((_WORDS, _CHARS), kept, strict=True):
            vectorizer = TfidfVectorizer(sublinear_tf=True, vocabulary=one["vocabulary"], **kind)
            vectorizer.idf_ = np.array(one["idf"])
            vectorizers.append(vectorizer)
        return cls(vectorizers)


@dataclass
class KernelRidge:
    """`dense` (rows, width) of unit length, `sparse` (rows, terms), `weights` (rows, columns).

    `centroids` (columns, width). Columns are classes and, after them, signals; signals have a zero centroid.
    """

    dense: np.ndarray
    sparse: csr_matrix
    weights: np.ndarray
    centroids: np.ndarray

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """(messages, columns)."""
        ridge = kernel(dense, sparse, self.dense, self.sparse) @ self.weights
        return np.asarray(ridge + CENTROID_WEIGHT * dense @ self.centroids.T)


def kernel(dense: np.ndarray, sparse: csr_matrix, rows: np.ndarray, sparse_rows: csr_matrix) -> np.ndarray:
    squared = 2.0 - 2.0 * dense @ rows.T
    return (1 - SPARSE_WEIGHT) * np.exp(-GAMMA * squared) + SPARSE_WEIGHT * (sparse @ sparse_rows.T).toarray()


def fit(
    dense: np.ndarray, sparse: csr_matrix, targets: np.ndarray, classes: int
) -> tuple[KernelRidge, np.ndarray]:
    """The model, and the leave-one-out scores of its rows (rows, columns). The first `classes` columns are classes."""
    inverse = np.linalg.inv(kernel(dense, sparse, dense, sparse) + RIDGE * np.eye(len(dense)))
    weights = inverse @ targets
    sums = targets.T @ dense
    sums[classes:] = 0.0
    left_out = targets - weights / np.diag(inverse)[:, None]
    left_out += CENTROID_WEIGHT * _left_out_cosines(dense, targets, sums)
    return KernelRidge(dense, sparse, weights, _unit(sums)), left_out


def _left_out_cosines(dense: np.ndarray, targets: np.ndarray, sums: np.ndarray) -> np.ndarray:
    cosines = dense @ _unit(sums).T
    for column in np.flatnonzero(np.linalg.norm(sums, axis=1)):
        own = np.flatnonzero(targets[:, column])
        without = _unit(sums[column] - dense[own])
        cosines[own, column] = np.einsum("ij,ij->i", dense[own], without)
    return np.asarray(cosines)


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12))


def temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """The softmax temperature with the least cross-entropy of the truth (Guo et al. 2017), from a grid."""
    grid = np.geomspace(0.01, 1.0, 60)
    losses = [-np.log(softmax(scores / t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def cheapest_threshold(scores: np.ndarray, truth: np.ndarray, cost_of_miss: float) -> float:
    """Where misses (each as dear as `cost_of_miss` false alarms) and false alarms cost least."""
    order = np.unique(scores)
    costs = [cost_of_miss * np.sum(truth & (scores < t)) + np.sum(~truth & (scores >= t)) for t in order]
    best = int(np.argmin(costs))
    below = order[best - 1] if best else order[best] - 0.1
    return float((order[best] + below) / 2)
