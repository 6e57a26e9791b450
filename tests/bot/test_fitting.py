"""A judgement from a handful of examples: it reads, and is the same after it was written down."""

import pytest

from bot.encoder import shared_encoder
from bot.errors import UserError
from bot.features import Columns
from bot.fitting import Example, fit
from bot.judgement import Judgement
from bot.wish import Wish

EXAMPLES = [
    *(Example(text, "faq_invoice") for text in ("where is my invoice", "get the bill as a pdf", "invoice for may")),
    *(Example(text, "faq_refund") for text in ("money back please", "how do refunds work", "refund within 14 days")),
    *(Example(text, "thanks") for text in ("thank you", "great, that helps", "lovely, cheers")),
    *(Example(text, "anger") for text in ("this is a bloody scandal", "you useless lot", "I am livid with you")),
    *(Example(text, "security_incident") for text in ("I see other people's messages", "somebody is in my account")),
    *(Example(text, "request_human") for text in ("a person please", "let me talk to somebody")),
    *(Example(text, "out_of_scope") for text in ("will it rain", "write me a poem", "who won the match")),
    Example("where is my invoice, you useless lot", "faq_invoice", ("anger",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    costs = {"security": 8.0, "anger": 2.0, "requested": 4.0}
    return fit(EXAMPLES, shared_encoder().encode, Wish("wrong", 0.03), costs)


def test_that_it_knows_topics_and_signals(judgement: Judgement) -> None:
    calm, angry = judgement.read("the invoice of june"), judgement.read("the invoice, you bloody useless lot")
    assert calm.topic == angry.topic == "faq_invoice"
    assert angry.signals["anger"] > calm.signals["anger"]


def test_that_it_reads_the_same_after_it_was_written_down(judgement: Judgement) -> None:
    again = Judgement.from_parts(judgement.facts(), judgement.arrays(), judgement.encode)
    first, second = (
        judgement.read("money back. And where is the bill?"),
        again.read("money back. And where is the bill?"),
    )
    assert second.topic == first.topic
    assert second.confidence == pytest.approx(first.confidence, abs=1e-4)
    assert second.signals == pytest.approx(first.signals, abs=1e-4)


def test_that_a_model_of_another_version_is_refused(judgement: Judgement) -> None:
    with pytest.raises(UserError, match="make train"):
        Judgement.from_parts(judgement.facts() | {"format": 1}, judgement.arrays(), judgement.encode)


def test_that_it_does_not_matter_which_small_talk_it_is() -> None:
    columns = Columns(["faq_invoice", "goodbye", "out_of_scope", "thanks"])
    families = columns.families.tolist()
    assert families[1] == families[3] != families[0]
    assert Columns(["goodbye", "thanks"]).families.tolist() == [0, 1], (
        "a set without out of scope is no product's"
    )
