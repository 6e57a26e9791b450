"""Typing errors are undone where a known word is near; whatever else people write stays as it is."""

import pytest

from bot.spelling import Spelling

SPELLING = Spelling.fit(
    [
        "Where can I export everything?",
        "everything is exported, can i use export on tiktok",
        "I am angry",
        "so angry about any of it, any at all, any",
        "TikTok and more",
        "tiktok now",
        "the reset mail",
        "reset it",
    ]
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("how to exprot evrything", "how to export everything"),
        ("im angy", "im angry"),
        ("EXPROT IT", "EXPORT IT"),
        ("evrthing", "everything"),  # two errors, in a long word
        ("tiktk", "tiktok"),  # a name that the dictionary does not have
    ],
)
def test_that_a_typing_error_is_undone(written: str, meant: str) -> None:
    assert SPELLING.right(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "I resent that",  # an English word, though one letter from "reset"
        "Müşteri Özgür: faturam nerede?",
        "epxrto",  # two errors in a short word
        "xport",  # people seldom miss the first letter
        "INV-20418, ana.export@example.com, https://x.example/evry",
        "exp0rt",
        "🙂 👏",
        "",
    ],
)
def test_that_what_is_no_typing_error_stays(written: str) -> None:
    assert SPELLING.right(written) == written


def test_that_sentences_stay_where_they_were() -> None:
    first, second = "Exprot fails.", "Evrything is lost!"
    assert SPELLING.right(f"{first} {second}") == f"{SPELLING.right(first)} {SPELLING.right(second)}"


def test_that_it_survives_being_written_down() -> None:
    assert Spelling(SPELLING.words).right("exprot") == "export"


def test_that_a_bot_without_words_corrects_nothing() -> None:
    assert Spelling({}).right("exprot") == "exprot"
