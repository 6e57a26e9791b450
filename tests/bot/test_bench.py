"""bench-nlu on small sets in the shape of the public ones."""

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot import kernel
from bot.bench_nlu import BenchError, banking77, clinc150, draw, measure, table
from bot.bench_systems import Diet
from bot.encoder import shared_encoder

ROOT = Path(__file__).resolve().parents[2]
# The last of each is beside the point, as in any real set: from such rows is learned what goes wrong.
TOPICS = {
    "card_arrival": [
        "where is my card",
        "my new card has not come",
        "when will the card arrive",
        "card still not here",
        "blue penguins",
    ],
    "exchange_rate": [
        "what is the exchange rate",
        "which rate do you use for euros",
        "rate for dollars today",
        "is the rate fair",
        "who knows why",
    ],
    "top_up": [
        "how do I top up",
        "add money to my account",
        "top up by bank transfer",
        "can I top up with cash",
        "a song about tonight",
    ],
}
TEST = {
    "card_arrival": "has my card been sent yet",
    "exchange_rate": "tell me the rate for pounds",
    "top_up": "I want to top up my account",
}
FAR = ["why is the sky blue", "sing me a song about penguins", "who won the match last night"]


@pytest.fixture
def banking(tmp_path: Path) -> Path:
    train = [(text, intent) for intent, texts in TOPICS.items() for text in texts]
    test = [*((text, intent) for intent, text in TEST.items()), (f" {train[0][0]} ", train[0][1])]
    for name, rows in (("train", train), ("test", test)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "category"), *rows])
    return tmp_path


@pytest.fixture
def clinc(tmp_path: Path) -> Path:
    train = [(text, intent) for intent, texts in TOPICS.items() for text in texts]
    test = [(text, intent) for intent, text in TEST.items()]
    rows = {"train": train, "val": test, "test": test, "oos_test": [(text, "oos") for text in FAR]}
    (tmp_path / "data_full.json").write_text(json.dumps(rows))
    return tmp_path


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot.bench_nlu", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_that_what_was_trained_on_is_not_tested(banking: Path) -> None:
    for part in banking77(banking):
        assert [intent for _, intent in part.test] == list(TEST)


def test_that_a_draw_has_so_many_of_each_and_is_the_same_again() -> None:
    rows = [(text, intent) for intent, texts in TOPICS.items() for text in texts]
    drawn = draw(rows, 2, seed=1)
    assert Counter(intent for _, intent in drawn) == dict.fromkeys(TOPICS, 2)
    assert drawn == draw(rows, 2, seed=1) != draw(rows, 2, seed=2)


@pytest.mark.parametrize("system", ["Baton", "TF-IDF"])
def test_that_a_set_is_measured(clinc: Path, system: str) -> None:
    (part,) = clinc150(clinc)
    figures = measure(system, part, minutes=0)
    assert figures.accuracy == 1.0
    assert figures.auroc is not None and figures.auroc > 0.9
    assert figures.outside_caught is not None and figures.test_kept is not None
    assert 0 < figures.milliseconds < 1000 and figures.peak_mb > 50
    assert f"| {system} | full | 100.00 % |" in table([figures])


def test_that_diet_stops_in_time_and_says_how_far_it_came() -> None:
    diet = Diet(minutes=0)
    diet.fit([(text, intent) for intent, texts in TOPICS.items() for text in texts])
    assert diet.note == "1 of 100 epochs, then out of time"
    intent, sure = diet.read("where is my card")
    assert intent in TOPICS and 0 < sure <= 1


def test_that_the_command_writes_table_and_figures(banking: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("--set", "banking77", "--data", str(banking), "--out", str(out), "--systems", "TF-IDF")
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert [one["part"] for one in json.loads(out.read_text())] == ["full", "10-shot", "5-shot"]
    assert "| TF-IDF | 5-shot |" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "banking77", "--data", "nowhere"], "there is no folder nowhere"),
        (["--set", "clinc150", "--data", "docs"], "data_full.json is not there"),
    ],
)
def test_that_a_slip_gets_one_line(words: list[str], said: str) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_that_another_table_is_not_taken_for_the_set(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / f"{name}.csv").write_text("question,label\nhello,greet\n")
    with pytest.raises(BenchError, match=r"train.csv has no column 'text'"):
        banking77(tmp_path)


def test_that_a_row_is_not_its_own_neighbour() -> None:
    texts = ["a refund please", "money back", "reset my password", "forgot it", "it rains", "hello", "bye"]
    dense = np.stack([shared_encoder().encode(text)[0] for text in texts])
    grams = kernel.NGrams.fit(texts)
    model = kernel.fit(dense, grams.of(texts), np.eye(len(texts))).model
    cosines = dense @ dense.T - 2 * np.eye(len(texts))
    assert np.allclose(model.nearest(dense, own=True), np.sort(cosines)[:, -5:].mean(axis=1), atol=1e-6)
    assert np.all(model.nearest(dense) > model.nearest(dense, own=True))
