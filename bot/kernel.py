"""Kernel ridge regression over sentence vectors and n-grams, with its leave-one-out in closed form.

One-vs-rest ridge in the space of K = (1-w) exp(-g |a-b|^2) + w cos(tfidf), equal to the mean of a Gaussian process
(Rasmussen & Williams 2006, ch. 2 and 5.4.2 for leave-one-out).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

GAMMA, SPARSE_WEIGHT, RIDGE = 2.0, 0.3, 0.1
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
    """`dense` (rows, width) of unit length, `sparse` (rows, terms), `weights` (rows, columns)."""

    dense: np.ndarray
    sparse: csr_matrix
    weights: np.ndarray

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """(messages, columns)."""
        return np.asarray(kernel(dense, sparse, self.dense, self.sparse) @ self.weights)


@dataclass
class LeftOut:
    """What the model would say of its own rows had it not seen them."""

    model: KernelRidge
    targets: np.ndarray
    inverse: np.ndarray

    def scores(self) -> np.ndarray:
        """(rows, columns)."""
        return np.asarray(self.targets - self.model.weights / np.diag(self.inverse)[:, None])

    def scores_of(self, rows: Sequence[int], dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Of other texts, such as sentences of rows, each without the row that it is of: (texts, columns)."""
        near = kernel(dense, sparse, self.model.dense, self.model.sparse)
        seen = np.sum(near * self.inverse[:, rows].T, axis=1) / self.inverse[rows, rows]
        return np.asarray(near @ self.model.weights - seen[:, None] * self.model.weights[rows])


def kernel(dense: np.ndarray, sparse: csr_matrix, rows: np.ndarray, sparse_rows: csr_matrix) -> np.ndarray:
    squared = 2.0 - 2.0 * dense @ rows.T
    return (1 - SPARSE_WEIGHT) * np.exp(-GAMMA * squared) + SPARSE_WEIGHT * (sparse @ sparse_rows.T).toarray()


def fit(dense: np.ndarray, sparse: csr_matrix, targets: np.ndarray) -> LeftOut:
    """`targets` (rows, columns): 1 where the column holds."""
    inverse = _inverse(kernel(dense, sparse, dense, sparse) + RIDGE * np.eye(len(dense)))
    return LeftOut(KernelRidge(dense, sparse, inverse @ targets), targets, inverse)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Of a symmetric positive definite one, by Cholesky: half the work of a general inverse."""
    factor, failed = lapack.dpotrf(matrix, lower=1)
    half, also_failed = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed or also_failed:
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite")
    return np.asarray(np.tril(half) + np.tril(half, -1).T)


def temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """The softmax temperature with the least cross-entropy of the truth (Guo et al. 2017), from a grid."""
    grid = np.geomspace(0.01, 1.0, 60)
    losses = [-np.log(softmax(scores / t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
