"""Sentence vectors are made once, and kept only as long as an example says the sentence."""

from pathlib import Path

import numpy as np

from bot.vectors import Vectors


def test_that_a_sentence_is_encoded_once_and_gone_when_nobody_says_it(tmp_path: Path) -> None:
    made: list[str] = []

    def encode(text: str) -> np.ndarray:
        made.append(text)
        return np.full(3, len(text), dtype=np.float32)

    for texts in (["one", "three", "one"], ["three", "fifteen"], ["one"]):
        vectors = Vectors(tmp_path / "kept.npz", encode)
        assert [vectors.encode(text)[0] for text in texts] == [len(text) for text in texts]
        vectors.keep()
    assert made == ["one", "three", "fifteen", "one"]


def test_that_a_broken_file_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept.npz").write_bytes(b"PK\x03\x04 half a file")
    vectors = Vectors(tmp_path / "kept.npz", lambda text: np.zeros(3, dtype=np.float32))
    assert vectors.last_time == 0
    assert vectors.encode("hi").shape == (3,)
    vectors.keep()
    assert Vectors(tmp_path / "kept.npz", lambda text: np.ones(3)).encode("hi")[0] == 0
