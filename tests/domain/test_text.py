import pytest

from handoff_service.domain.refusals import Refusal
from handoff_service.domain.text import MAX_CHARACTERS, clean, clean_optional


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\u200b\u200b", "\u2028", "\x00\x07"])
def test_that_nothing_to_read_is_refused_as_blank(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean(text)
    assert refused.value.code == "text_blank"


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000])
def test_that_a_text_over_the_limit_is_refused(length: int) -> None:
    with pytest.raises(Refusal) as refused:
        clean("a" * length)
    assert refused.value.code == "text_too_long"


def test_that_the_limit_itself_passes() -> None:
    assert len(clean("a" * MAX_CHARACTERS)) == MAX_CHARACTERS


def test_that_half_a_character_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        clean("ok \ud83d")
    assert refused.value.code == "text_not_unicode"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("Cafe\u0301", "Café"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("  <script>alert(1)</script> ", "<script>alert(1)</script>"),
        ("👩\u200d💻 tab\tstays", "👩\u200d💻 tab\tstays"),
    ],
)
def test_that_text_is_made_plain_and_otherwise_kept(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_that_an_optional_text_may_be_blank_and_nothing_worse() -> None:
    assert clean_optional(" \n") == ""
    with pytest.raises(Refusal):
        clean_optional("\ud800")
