"""Kernel ridge regression over sentence vectors and n-grams, with its leave-one-out in closed form.

One-vs-rest ridge in the space of K = (1-w) exp(-g |a-b|^2) + w cos(tfidf), equal to the mean of a Gaussian process
(Rasmussen & Williams 2006, ch. 2 and 5.4.2 for leave-one-out).
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import get_lapack_funcs
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

GAMMA, SPARSE_WEIGHT, RIDGE, NEIGHBOURS = 1.5, 0.2, 0.1, 5
_BLOCK = 1_000
_WORDS = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"}
_CHARS = {"analyzer": "char_wb", "ngram_range": (2, 5)}
# What stands in every tenth text says little, and makes two thirds of the work of comparing them.
_COMMON_SHARE, _COMMON_TEXTS = 0.1, 100


class NGrams:
    """TF-IDF of words (1, 2) and characters (2 to 5), sublinear, the two blocks stacked, unit length.

    scikit-learn finds the terms and their weights; its transform() takes 3 ms a message, most of it before and after
    the counting.
    """

    def __init__(self, vectorizers: list[TfidfVectorizer]) -> None:
        self._vectorizers = vectorizers
        # Each of them anew would cost more than the counting.
        self._blocks = [(one.build_analyzer(), one.vocabulary_, one.idf_) for one in vectorizers]
        self._starts = np.cumsum([0, *(len(vectorizer.vocabulary_) for vectorizer in vectorizers)])

    @classmethod
    def fit(cls, texts: list[str]) -> "NGrams":
        most = max(int(_COMMON_SHARE * len(texts)), _COMMON_TEXTS)
        kinds = (kind | {"max_df": most} for kind in (_WORDS, _CHARS))
        return cls([TfidfVectorizer(sublinear_tf=True, **kind).fit(texts) for kind in kinds])

    def of(self, texts: list[str]) -> csr_matrix:
        rows = [self._row(text) for text in texts]
        values, places = (np.concatenate(column) for column in zip(*rows, strict=True))
        ends = np.cumsum([0, *(len(places) for _, places in rows)])
        return csr_matrix((values, places, ends), shape=(len(texts), self._starts[-1]))

    def _row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Values and places of the terms of one text."""
        values, places = [], []
        for (analyze, vocabulary, idf), start in zip(self._blocks, self._starts, strict=False):
            counts = Counter(vocabulary[term] for term in analyze(text) if term in vocabulary)
            here = np.fromiter(counts.keys(), np.int32, len(counts))
            block = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[here]
            values.append(_unit(block))
            places.append(here + np.int32(start))
        return _unit(np.concatenate(values)).astype(np.float32), np.concatenate(places)

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
            vectorizer.idf_ = np.array(one["idf"])  # makes vocabulary_ too
            vectorizers.append(vectorizer)
        return cls(vectorizers)


def _unit(values: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(values)
    return values / length if length else values


@dataclass
class KernelRidge:
    """`dense` (rows, width) of unit length, `sparse` (rows, terms), `weights` (rows, columns)."""

    dense: np.ndarray
    sparse: csr_matrix
    weights: np.ndarray

    def scores(self, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """(messages, columns)."""
        return np.asarray(
            (1 - SPARSE_WEIGHT) * _nearness(dense, self.dense) @ self.weights
            + SPARSE_WEIGHT * (sparse @ self._of_terms)
        )

    def nearest(self, dense: np.ndarray, own: bool = False) -> np.ndarray:
        """(messages,): the mean cosine to the nearest rows; `own` where the messages are rows, each its own nearest."""
        found = np.empty(len(dense), dense.dtype)
        most = NEIGHBOURS + own
        for start in range(0, len(dense), _BLOCK):
            cosines = dense[start : start + _BLOCK] @ self.dense.T
            near = np.sort(np.partition(cosines, -most)[:, -most:])
            found[start : start + _BLOCK] = near[:, :NEIGHBOURS].mean(axis=1)
        return found

    @cached_property
    def _of_terms(self) -> np.ndarray:
        """(terms, columns): the n-grams' half of the kernel is linear, so a message need not meet every row."""
        return np.asarray(self.sparse.T @ self.weights)


@dataclass
class LeftOut:
    """What the model would say of its own rows had it not seen them."""

    model: KernelRidge
    targets: np.ndarray
    inverse: np.ndarray

    def scores(self) -> np.ndarray:
        """(rows, columns)."""
        return np.asarray(self.targets - self.model.weights / np.diag(self.inverse)[:, None])

    def scores_without(self, rows: np.ndarray) -> np.ndarray:
        """Of these rows, had the model seen none of them: (rows, columns)."""
        block = self.inverse[np.ix_(rows, rows)]
        return np.asarray(self.targets[rows] - np.linalg.solve(block, self.model.weights[rows]))

    def scores_of(self, rows: np.ndarray, dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
        """Of other texts, such as sentences of the rows, each without the row it belongs to: (texts, columns)."""
        scores = np.empty((len(rows), self.model.weights.shape[1]), self.model.weights.dtype)
        terms = self.model.sparse.T.tocsr()
        for start in range(0, len(rows), _BLOCK):
            here = slice(start, start + _BLOCK)
            near = (1 - SPARSE_WEIGHT) * _nearness(dense[here], self.model.dense)
            near += SPARSE_WEIGHT * (sparse[here] @ terms).toarray()
            own = self.inverse[rows[here]]
            seen = np.einsum("ij,ij->i", near, own) / own[np.arange(len(own)), rows[here]]
            scores[here] = near @ self.model.weights - seen[:, None] * self.model.weights[rows[here]]
        return scores


def _nearness(dense: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """exp(-g |a-b|^2) of vectors of unit length, in place: the largest array there is."""
    near = dense @ rows.T
    near -= 1
    near *= 2 * GAMMA
    return np.asarray(np.exp(near, out=near))


def kernel(dense: np.ndarray, sparse: csr_matrix) -> np.ndarray:
    """Of the rows among themselves: (rows, rows)."""
    near = _nearness(dense, dense)
    near *= 1 - SPARSE_WEIGHT
    terms = sparse.T.tocsr()
    for start in range(0, len(near), _BLOCK):
        near[start : start + _BLOCK] += SPARSE_WEIGHT * (sparse[start : start + _BLOCK] @ terms).toarray()
    return near


def fit(dense: np.ndarray, sparse: csr_matrix, targets: np.ndarray) -> LeftOut:
    """`targets` (rows, columns): 1 where the column holds."""
    inverse = _inverse(kernel(dense, sparse))
    return LeftOut(KernelRidge(dense, sparse, inverse @ targets.astype(inverse.dtype)), targets, inverse)


def _inverse(positive: np.ndarray) -> np.ndarray:
    """Of a kernel plus the ridge, by Cholesky and in its place."""
    positive[np.diag_indices(len(positive))] += RIDGE
    factor, inverse = get_lapack_funcs(("potrf", "potri"), (positive,))
    # LAPACK counts columns first; of a symmetric matrix the transpose is the same and needs no copy.
    lower, _ = factor(positive.T, lower=True, clean=False, overwrite_a=True)
    found, _ = inverse(lower, lower=True, overwrite_c=True)
    for start in range(0, len(found), _BLOCK):
        here, after = slice(start, start + _BLOCK), slice(start + _BLOCK, None)
        found[here, after] = found[after, here].T
        found[here, here] = np.tril(found[here, here]) + np.tril(found[here, here], -1).T
    return np.asarray(found)


def temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """The softmax temperature with the least cross-entropy of the truth (Guo et al. 2017), from a grid."""
    grid = np.geomspace(0.01, 1.0, 60)
    losses = [-np.log(softmax(scores / t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
