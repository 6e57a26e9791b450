"""Kernel, encoder and rules: figures that can be checked by hand."""

from pathlib import Path

import numpy as np
import pytest

from bot import kernel
from bot.calibration import Logistic, cheapest_threshold
from bot.encoder import shared_encoder
from bot.encoder_export import LAYERS, EncoderError, exported
from bot.rules import Rules, read_rules, tokens
from bot.summary import parts_of

RULES = Rules(read_rules())
GOLDEN = [-0.0148, 0.0477, -0.0147, -0.0060, -0.0406, -0.0122]


def test_that_the_closed_form_equals_leaving_each_row_out() -> None:
    texts = [
        "a refund please",
        "money back",
        "reset my password",
        "forgot the password",
        "get my money back now",
    ]
    encoder = shared_encoder()
    dense = np.stack([encoder.encode(text)[0] for text in texts])
    sparse = kernel.NGrams.fit(texts).of(texts)
    targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], dtype=float)
    left_out = kernel.fit(dense, sparse, targets)
    other = "is there any way to get money back"
    of_other = encoder.encode(other), kernel.NGrams.fit(texts).of([other])
    for row in range(len(texts)):
        rest = [other for other in range(len(texts)) if other != row]
        model = kernel.fit(dense[rest], sparse[rest], targets[rest]).model
        assert np.allclose(model.scores(dense[[row]], sparse[[row]]), left_out.scores()[[row]], atol=1e-6)
        assert np.allclose(model.scores(*of_other), left_out.scores_of(np.array([row]), *of_other), atol=1e-6)


def test_that_rows_left_out_together_are_as_if_never_seen() -> None:
    random = np.random.default_rng(5)
    dense = random.normal(size=(12, 6))
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    sparse = kernel.NGrams.fit(list("abcdefghijkl")).of(list("abcdefghijkl"))
    targets = random.integers(0, 2, size=(12, 3)).astype(float)
    out, rest = np.array([1, 4, 5]), np.array([0, 2, 3, 6, 7, 8, 9, 10, 11])
    model = kernel.fit(dense[rest], sparse[rest], targets[rest]).model
    found = kernel.fit(dense, sparse, targets).scores_without(out)
    assert np.allclose(found, model.scores(dense[out], sparse[out]), atol=1e-6)


def test_that_n_grams_survive_being_written_down() -> None:
    grams = kernel.NGrams.fit(["a refund please", "money back"])
    again = kernel.NGrams.from_dict(grams.as_dict())
    texts = ["please refund my money"]
    assert np.allclose(grams.of(texts).toarray(), again.of(texts).toarray())


def test_that_the_cheapest_threshold_weighs_misses() -> None:
    probabilities = np.linspace(0.005, 0.995, 100)
    for cost in (9.0, 1.0, 0.5):
        spent = [
            cost * probabilities[probabilities < at].sum() + (1 - probabilities[probabilities >= at]).sum()
            for at in np.linspace(0, 1, 101)
        ]
        assert cheapest_threshold(cost) == pytest.approx(np.argmin(spent) / 100, abs=0.011)


def test_that_a_probability_says_how_often_it_holds() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(20_000, 2)) * [1.0, 30.0]
    truth = random.random(20_000) < 1 / (1 + np.exp(-2.0 * features[:, 0]))
    sure = Logistic.fit(features, truth).probability(features)
    for low in np.arange(0.0, 1.0, 0.1):
        band = (sure >= low) & (sure < low + 0.1)
        assert truth[band].mean() == pytest.approx(sure[band].mean(), abs=0.05)


def test_that_the_encoder_places_like_with_like() -> None:
    encode = shared_encoder().encode
    refund, money, weather = (
        encode(text)[0] for text in ("I want a refund", "give me my money back", "it rains in Oslo")
    )
    assert np.linalg.norm(refund) == pytest.approx(1.0, abs=1e-5)
    assert refund @ money > refund @ weather + 0.2


def test_that_the_encoder_is_the_one_we_know() -> None:
    """First figures of the full-precision model, from the weights by numpy; quantization moves them a little."""
    vector = shared_encoder().encode("How do I get my money back?")[0]
    last_layer = vector[:6] / np.sqrt(LAYERS[6])
    assert np.allclose(last_layer, GOLDEN, atol=0.02), [round(float(part), 4) for part in last_layer]


def test_that_a_passage_is_read_in_its_context() -> None:
    encode = shared_encoder().encode
    parts = ["The bank sent a new one.", "Where do I put its number?"]
    whole, _, asked = encode(" ".join(parts), parts)
    assert np.allclose(whole, encode(" ".join(parts))[0])
    card = encode("Where do I put the number of my new bank card?")[0]
    assert asked @ card > encode(parts[1])[0] @ card + 0.05


def test_that_a_passage_beyond_what_the_encoder_reads_is_read_alone() -> None:
    encode = shared_encoder().encode
    last = "How do I get my money back?"
    (*_, found) = encode("It rains in Oslo. " * 100 + last, [last])
    assert np.allclose(found, encode(last)[0])


def test_that_other_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="SHA-256"):
        exported(sha256="0" * 64, cache=tmp_path)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Why do I see another company's messages?", "others_data"),
        ("someone else's drafts are in my list", "others_data"),
        ("i got hacked", "account_taken"),
        ("there is an unknown device in my sessions", "unknown_activity"),
        ("weird mail from you asking for my password", "phishing"),
        ("our api key was leaked", "leaked_secret"),
        ("Are you SOC 2 certified?", "assurance"),
        ("can i talk to a person", "wants_person"),
        ("thanks for nothing", "furious"),
    ],
)
def test_that_a_rule_sees_what_it_is_for(text: str, rule: str) -> None:
    found = {one.rule for signal in RULES.read(text)[0] for one in signal.evidence}
    assert rule in found


@pytest.mark.parametrize(
    "text",
    [
        "human resources joins us, how do I invite them",
        "my password is old, how do I change it",
        "the campaign is killing it",
        "how do I make our account safer",
        "my manager needs access to billing",
        "how do i assign a message to another agent",
    ],
)
def test_that_rules_stay_quiet_at_harmless_words(text: str) -> None:
    assert RULES.read(text)[0] == []


def test_that_a_pattern_line_is_read_as_it_is_explained() -> None:
    first, *gap, last = tokens("log*|sign __ ?here")
    assert first["TEXT"]["REGEX"] == "^(?:log.*|sign)$"
    assert gap == [{"OP": "?"}] * 3
    assert last["OP"] == "?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where are my invoices?", []),
        ("Hm. I see what is not mine.", ["I see what is not mine."]),
        ("ok\nI see what is not mine\nthanks", ["I see what is not mine"]),
        ("Is it up? I cannot tell! It hangs", ["Is it up?", "I cannot tell!"]),
        ("one two three.\n\nfour five six", ["one two three.", "four five six"]),
    ],
)
def test_that_each_sentence_and_line_is_judged_beside_the_whole(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


def test_that_of_a_long_mail_beginning_and_end_are_judged() -> None:
    lines = [f"this is line {number}" for number in range(100)]
    parts = parts_of("\n".join(lines))
    assert parts[0] == lines[0]
    assert parts[-1] == lines[-1]
    assert len(parts) == 16
