"""What an operator may wish in words, and that the threshold keeps the wish."""

import numpy as np
import pytest

from bot.wish import Wish, choose, read_wish


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("keep at least 95 % of answerable questions with the bot", Wish("keep", 0.95)),
        ("keep 95%", Wish("keep", 0.95)),
        ("  Keep at least 92,5 percent of all questions. ", Wish("keep", 0.925)),
        ("keep 100 % with the bot", Wish("keep", 1.0)),
        ("at most 1 wrong answer in 100", Wish("wrong", 0.01)),
        ("at most 2.5 wrong answers out of 1,000 messages", Wish("wrong", 0.0025)),
        ("at most 1 % wrong answers", Wish("wrong", 0.01)),
        ("at most 0,5% wrong", Wish("wrong", 0.005)),
        ("at most 0 % wrong answers", Wish("wrong", 0.0)),
    ],
)
def test_that_a_wish_is_read(words: str, wish: Wish) -> None:
    found = read_wish(words)
    assert (found.kind, found.share) == (wish.kind, pytest.approx(wish.share))


@pytest.mark.parametrize(
    "words",
    [
        "",
        "be good",
        "keep at most 5 %",
        "keep 0 %",
        "keep 120 %",
        "keep 95",
        "keep 9 5 %",
        "keep 95 % wrong answers",
        "at least 1 wrong answer in 100",
        "at most 1 wrong answer in 0",
        "at most 5 wrong answers in 5",
        "at most one wrong answer in 100",
        "at most 100 % wrong answers",
        "95 %",
    ],
)
def test_that_anything_else_is_refused_with_the_two_forms(words: str) -> None:
    with pytest.raises(ValueError, match=r"keep at least 95 %.*at most 1 wrong answer in 100"):
        read_wish(words)


def random_rows(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidence in steps, so that many rows share one; a topic is right only where the row is answerable."""
    random = np.random.default_rng(seed)
    confidence = random.integers(0, 40, 300) / 40
    answerable = random.random(300) < 0.7
    return confidence, answerable & (random.random(300) < confidence), answerable


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.95, 1.0])
def test_that_as_much_is_kept_as_wished_and_no_more_than_that_takes(seed: int, share: float) -> None:
    confidence, right, answerable = random_rows(seed)
    found = choose(Wish("keep", share), confidence, right, answerable)
    assert found.kept >= share
    stricter = confidence > found.value
    assert stricter[answerable].mean() < share


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3])
def test_that_no_more_is_wrong_than_wished_and_as_much_kept_as_that_allows(seed: int, share: float) -> None:
    confidence, right, answerable = random_rows(seed)
    found = choose(Wish("wrong", share), confidence, right, answerable)
    assert found.wrong <= share
    below = confidence[confidence < found.value]
    if len(below):
        assert (~right & (confidence >= below.max())).mean() > share


def test_that_nothing_is_answered_where_the_surest_answer_is_wrong() -> None:
    confidence, right = np.array([0.9, 0.5]), np.array([False, True])
    found = choose(Wish("wrong", 0.0), confidence, right, np.array([True, True]))
    assert (found.kept, found.wrong) == (0.0, 0.0)
    assert found.value > 0.9


def test_that_nothing_is_chosen_where_nothing_is_answerable() -> None:
    none = np.array([False])
    with pytest.raises(ValueError, match="no answerable example"):
        choose(Wish("keep", 0.9), np.array([0.5]), none, none)
