"""The parts that import nothing of Rasa."""

from bot.figures import table, wilson
from bot.packet import located
from bot.summary import summary
from bot.verdict import Evidence, Signal, intent_for, merge


def test_that_signals_of_one_kind_become_one_with_all_evidence() -> None:
    rule = Signal("security", 1.0, "question", (Evidence("assurance", "soc 2"),))
    model = Signal("security", 0.6, "incident", (Evidence("model", "all of it"),))
    (merged,) = merge([rule, model])
    assert (merged.score, merged.kind) == (1.0, "incident")
    assert [one.rule for one in merged.evidence] == ["assurance", "model"]


def test_that_the_gravest_signal_names_the_intent() -> None:
    anger, asks, doubt = Signal("anger", 0.9), Signal("requested", 1.0), Signal("uncertainty", 0.9)
    assert intent_for([asks, anger]) == "anger"
    assert intent_for([doubt, asks]) == "request_human"
    assert intent_for([doubt]) == "nlu_fallback"
    assert intent_for([Signal("security", 0.5, "question"), anger]) == "security_question"
    assert intent_for([]) is None


def test_that_the_summary_is_the_sentence_that_raised_it_and_the_first_with_the_problem() -> None:
    texts = ["Hi there!", "My inbox looks odd. I see messages of a bakery.", "And now it is slow."]
    assert summary(texts, ["messages of a bakery"]) == ["I see messages of a bakery.", "My inbox looks odd."]
    assert summary(["hello\nI see a bakery here\nthanks"], ["bakery"]) == ["I see a bakery here"]
    assert summary(["My posts hang. They’re gone!"], ["they're gone"]) == ["They’re gone!", "My posts hang."]
    assert summary(["hello"], []) == ["hello"]
    assert summary([], []) == []


def test_that_evidence_is_found_in_the_message_it_came_from() -> None:
    messages = [{"seq": 3, "text": "I’m locked out"}, {"seq": 4, "text": "give me a human"}]
    signal = {
        "signal": "requested",
        "evidence": [{"rule": "r", "words": "a human"}, {"rule": "m", "words": "i'm locked"}],
    }
    assert [one["seq"] for one in located(signal, messages)["evidence"]] == [4, 3]


def test_that_a_share_comes_with_its_interval() -> None:
    low, high = wilson(97, 100)
    assert (round(low, 3), round(high, 3)) == (0.915, 0.990)


def test_that_the_table_counts_wrong_answers_and_needless_handovers() -> None:
    def row(route: str, topic: str | None, got_route: str, got_topic: str | None) -> dict:
        got = {"route": got_route, "topic": got_topic, "reasons": []}
        return {"text": "", "route": route, "topic": topic, "reasons": [], "got": got}

    figures = table(
        [
            row("answer", "refund", "answer", "refund"),
            row("answer", "refund", "answer", "pricing"),
            row("answer", "refund", "handoff", None),
            row("handoff", None, "answer", "refund"),
        ]
    )
    assert figures["FAQ answered rightly"]["share"] == 1 / 3
    assert figures["FAQ handed over needlessly"]["share"] == 1 / 3
    assert figures["wrong answer given, of everything"]["share"] == 2 / 4
