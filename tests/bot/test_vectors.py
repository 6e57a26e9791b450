"""Sentence vectors are made once, and kept only as long as an example says the sentence."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.vectors import Vectors


def test_that_a_sentence_is_encoded_once_and_gone_when_nobody_says_it(tmp_path: Path) -> None:
    made: list[str] = []

    def encode(text: str, parts: Sequence[str]) -> np.ndarray:
        made.append(text)
        return np.full((1 + len(parts), 3), len(text), dtype=np.float32)

    for texts in (["one", "three", "one"], ["three", "fifteen"], ["one"]):
        vectors = Vectors(tmp_path / "kept.npz", encode)
        assert [vectors.encode(text)[0, 0] for text in texts] == [len(text) for text in texts]
        vectors.keep()
    assert made == ["one", "three", "fifteen", "one"]


def test_that_a_broken_file_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept.npz").write_bytes(b"PK\x03\x04 half a file")
    vectors = Vectors(tmp_path / "kept.npz", lambda text, parts: np.zeros((1, 3), np.float32))
    assert vectors.last_time == 0
    assert vectors.encode("hi").shape == (1, 3)
    vectors.keep()
    assert Vectors(tmp_path / "kept.npz", lambda text, parts: np.ones((1, 3))).encode("hi")[0, 0] == 0


def test_that_a_text_read_in_passages_is_not_taken_for_the_text_alone(tmp_path: Path) -> None:
    def encode(text: str, parts: Sequence[str]) -> np.ndarray:
        return np.arange(1.0 + len(parts))[:, None]

    vectors = Vectors(tmp_path / "kept.npz", encode)
    assert len(vectors.encode("Hi. Bye.")) == 1
    assert len(vectors.encode("Hi. Bye.", ["Hi.", "Bye."])) == 3
    vectors.keep()
    again = Vectors(tmp_path / "kept.npz", lambda text, parts: np.zeros((9, 1)))
    assert again.encode("Hi. Bye.", ["Hi.", "Bye."]).tolist() == [[0], [1], [2]]
    assert again.encode("Hi. Bye.").tolist() == [[0]]
