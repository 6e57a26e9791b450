"""What a trainer does: data that is wrong gets a line, and a model that misses somebody is not promoted."""

import json
from pathlib import Path

import pytest

from bot import check_data, judge
from bot.check_data import problems
from bot.verdict import NEEDS_PERSON

ROOT = Path(__file__).resolve().parents[2]
HEAD = 'version: "3.1"\nnlu:\n'
DOMAIN = "responses:\n  utter_faq_refund:\n  - text: Here.\n    metadata: {title: Refunds}\n"
LAST = 16  # the line of the twelfth example of `refunds`


def entry(intent: str, count: int = 12) -> str:
    lines = "".join(f"    - {intent} example {number}\n" for number in range(count))
    return f"- intent: {intent}\n  examples: |\n{lines}"


def refunds(*more: str) -> str:
    """A file in order, and below it these lines, from LAST + 1 on."""
    return HEAD + entry("faq_refund") + "".join(f"{line}\n" for line in more)


def project(folder: Path, files: "dict[str, str | bytes]") -> Path:
    """In order, but for what `files` puts there."""
    good: dict[str, str | bytes] = {
        "domain.yml": DOMAIN,
        "data/nlu/people.yml": HEAD + "".join(map(entry, NEEDS_PERSON)),
        "data/nlu/refund.yml": refunds(),
    }
    for name, content in (good | files).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_that_our_own_data_is_in_order() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    "more",
    [
        [
            "    - \u00abmy card\u00bb :( [screenshot] 50 %",
            "    - not at all (see above)",
            "    - I ordered [4711](order)",
        ],
        ["- intent: faq_refund", "  examples:", "  - text: |", "      - one", "      - two", "      /three"],
        ["- regex: order", "  examples: |", "    - [0-9]{5", "- lookup: plan", "  examples: |", "    - Pro"],
    ],
    ids=["signs", "several lines", "what only Rasa reads"],
)
def test_that_what_is_right_is_left_alone(tmp_path: Path, more: list[str]) -> None:
    assert problems(project(tmp_path, {"data/nlu/refund.yml": refunds(*more)})) == []


def test_that_lines_of_one_example_are_one_example(tmp_path: Path) -> None:
    text = HEAD + "- intent: faq_refund\n  examples:\n  - text: |\n      hello\n      hello\n"
    (found,) = problems(project(tmp_path, {"data/nlu/refund.yml": text}))
    assert found == "data/nlu/refund.yml:6: faq_refund has 1 examples; write at least 12"


AT = LAST + 1
TWELVE = [f"    - hm {number}" for number in range(12)]


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        (["    - /faq_refund"], AT, "begins with /"),
        (["    - my [order(number)"], AT, "not balanced"),
        (["    - my [order](number"], AT, "not balanced"),
        (["    -\ttabbed"], AT, "there is a tab"),
        (["    - pasted\u2028text"], AT, "invisible character (U+2028)"),
        (["    -"], AT, "example is empty"),
        (["- intent: faq_refund", "  examples:", "  - text: ''"], AT + 2, "example is empty"),
        (["    no dash"], AT, "begin each example with `- `"),
        (["      - deeper"], AT, "begin each example with `- `"),
        (["    - faq_refund  Example 3"], AT, "the same example stands at data/nlu/refund.yml:8"),
        (["    - Anger example 3"], AT, "the same example stands under anger at data/nlu/people.yml:"),
        (["    - Anger, example 3!"], AT, "nearly the same ('anger example 3') stands under anger"),
        (["- intent: frobnicate", "  examples: |", *TWELVE], AT + 2, "is unknown"),
        (["- intent: faq_refnd", "  examples: |", *TWELVE], AT + 2, "you mean faq_refund?"),
        (["- intent: faq_tax", "  examples: |", *TWELVE], AT + 2, "utter_faq_tax is missing"),
        (["- intent: faq_refund", "  examples: - one"], AT + 1, "sequence entries are not allowed here"),
        (["- intent: faq_refund", "  examples: one"], AT + 1, "no text block"),
        (["- intent: faq_refund", "  examples: >", "    - one"], AT + 1, "no text block"),
        (
            ["- intent: faq_refund", "  examples:", "  - text: |", "      a", "    - b"],
            AT + 4,
            "another indentation",
        ),
        (["- intent: faq_refund", "  examples: |", "    - a", "- b"], AT + 3, "none that Rasa reads"),
        (["- intent: faq_refund", "  examples: |", "    - a", "  b"], AT + 4, "lacks a colon"),
        (["- intent: faq_refund"], AT, "no text block"),
        (["- intent: faq_refund", "  examples:", "  - one"], AT + 2, "no text; write `- text: |`"),
        (["- intent:", "  examples: |", "    - one"], AT, "no name"),
        (["- intnet: faq_refund", "  examples: |", "    - one"], AT, "begin it with `- intent: …`"),
        (
            ["- intent: faq_refund", "  metadata: {signals: [anger]}", "  examples: |", "    - one"],
            AT + 1,
            "no effect",
        ),
        (
            [
                "- intent: faq_refund",
                "  examples:",
                "  - text: one",
                "    metadata:",
                "      signals: [angry]",
            ],
            AT + 2,
            "signal 'angry' is unknown; one of anger, requested, security",
        ),
        (
            ["- intent: faq_refund", "  examples:", "  - text: one", "    metadata: {signal: anger}"],
            AT + 2,
            "`signals: […]` and nothing else",
        ),
    ],
)
def test_that_bad_examples_get_file_line_and_what_to_do(
    tmp_path: Path, more: list[str], line: int, words: str
) -> None:
    (found,) = problems(project(tmp_path, {"data/nlu/refund.yml": refunds(*more)}))
    assert found.startswith(f"data/nlu/refund.yml:{line}: ") and words in found


RULE = "rules:\n- rule: mine\n  steps:\n  - intent: {}\n  - action: {}\n"
STORY = RULE.replace("rules", "stories").replace("rule", "story")
ROW = '{{"text": "{}", "route": "{}", "topic": {}, "reasons": {}}}\n'


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("data/nlu/refund.yml", refunds().encode("utf-16"), "1: this is not UTF-8"),
        ("data/nlu/refund.yml", refunds("    - café").encode("latin-1"), f"{AT}: this is not UTF-8"),
        ("data/nlu/refund.yml", refunds().encode("utf-8-sig"), "1: the file begins with a byte-order mark"),
        ("data/nlu/refund.yml", refunds().replace("\n", "\r\n"), "1: the line ends as on Windows"),
        ("data/nlu/more.yml", "nlu: faq_refund\n", "1: `nlu:` holds a list"),
        ("data/nlu/more.yml", "intents:\n- faq_refund\n", "1: there is no `nlu:` here"),
        ("data/nlu/more.yaml", "- intent: faq_refund\n", "1: there is no `nlu:` here"),
        ("data/nlu/more.yml", "", "1: there is no `nlu:` here"),
        ("data/nlu/more.yml", "nlu:\n- intent: a: b\n", "2: a colon is read as the end of a key"),
        (
            "data/rules.yml",
            RULE.format("faq_refnd", "utter_faq_refund"),
            "4: intent faq_refnd is unknown; did",
        ),
        ("data/rules.yml", RULE.format("anger", "utter_no"), "5: utter_no is missing"),
        ("data/stories.yml", STORY.format("hm", "action_handoff"), "4: intent hm is unknown; add examples"),
        (
            "data/regression/a.jsonl",
            ROW.format("a", "answer", '"refnd"', "[]"),
            "1: topic refnd is unknown; did",
        ),
        ("data/regression/a.jsonl", ROW.format("a", "reply", "null", "[]"), "1: route 'reply' is unknown"),
        (
            "data/regression/a.jsonl",
            "\n" + ROW.format("a", "handoff", "null", '["mad"]'),
            "2: reason 'mad' is",
        ),
        ("data/regression/a.jsonl", '{"txt": 1}\n', "1: a row is a JSON object with `text`"),
        ("domain.yml", "version: 1\n", "1: there are no answers"),
        ("domain.yml", "responses: [\n", "2: "),
        ("domain.yml", DOMAIN.replace("metadata", "meta"), "2: utter_faq_refund has no title"),
        ("domain.yml", DOMAIN.replace("text: Here.", "text:"), "2: utter_faq_refund says nothing"),
        ("domain.yml", DOMAIN + "  utter_bye:\n  - text: Bye\n", "5: no intent asks for utter_bye"),
        (
            "domain.yml",
            DOMAIN + DOMAIN[11:],
            '5: found duplicate key "utter_faq_refund"; keep one of the two',
        ),
    ],
)
def test_that_bad_files_get_file_line_and_what_to_do(
    tmp_path: Path, file: str, content: "str | bytes", expected: str
) -> None:
    (found,) = problems(project(tmp_path, {file: content}))
    assert found.startswith(f"{file}:{expected}")


def test_that_what_is_missing_is_named_where_it_is_asked_for(tmp_path: Path) -> None:
    few = {"data/nlu/more.yml": HEAD + entry("security_question", 1), "data/nlu/people.yml": HEAD}
    found = problems(project(tmp_path / "few", dict(few)))
    assert "data/nlu/more.yml:5: security_question has 1 examples; write at least 12" in found
    assert "data/nlu/anger.yml:1: anger has 0 examples; write at least 12" in found
    (found_answer,) = problems(project(tmp_path / "none", {"domain.yml": "responses: {}\n"}))
    assert found_answer.startswith(
        "data/nlu/refund.yml:5: utter_faq_refund is missing; add the topic's answer"
    )


def test_that_a_copy_of_a_regression_message_is_named(tmp_path: Path) -> None:
    said = "I paid twice for March, may I have one of them back?"
    files = {
        "data/nlu/refund.yml": refunds(f"    - {said.lower()}", "    - hi there"),
        "data/regression/faq.jsonl": ROW.format("hi there", "answer", '"refund"', "[]")
        + ROW.format(said, "answer", '"refund"', "[]"),
    }
    (found,) = problems(project(tmp_path, dict(files)))
    assert found.startswith(
        f"data/nlu/refund.yml:{AT}: this example also stands at data/regression/faq.jsonl:2"
    )


def test_that_an_intent_with_a_rule_of_its_own_needs_no_answer(tmp_path: Path) -> None:
    files = {"data/nlu/tax.yml": HEAD + entry("tax"), "data/rules.yml": RULE.format("tax", "action_tax")}
    assert problems(project(tmp_path, dict(files))) == []


def test_that_everything_is_named_at_once_and_in_order(tmp_path: Path) -> None:
    more = ["    - /a", "    -", "    - [b](c", "- intent: faq_tax", "  examples: |", "    -\td"]
    files = {"data/nlu/refund.yml": refunds(*more), "data/nlu/bad.yml": "nlu: ["}
    found = [one.split(": ")[0] for one in problems(project(tmp_path, dict(files)))]
    assert found == [
        "data/nlu/bad.yml:1",
        *(f"data/nlu/refund.yml:{AT + line}" for line in (0, 1, 2, 5, 5)),  # last a tab and no answer
    ]


def test_that_the_command_prints_them_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for files, code, words in (({}, 0, "in order"), ({"data/nlu/a.yml": "nlu: ["}, 1, "data/nlu/a.yml:1: ")):
        with pytest.raises(SystemExit) as ended:
            check_data.main(project(tmp_path, dict(files)))
        assert ended.value.code == code and words in capsys.readouterr().out


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(judge, "MODELS", tmp_path)
    return tmp_path


def test_that_a_model_that_misses_one_of_the_list_is_not_promoted(models: Path) -> None:
    judge.write_json(models / "candidate.json", {"model": "b.tar.gz", "missed": ["I was hacked"]})
    with pytest.raises(judge.UserError, match="I was hacked"):
        judge.promote()
    assert not (models / "promoted.json").exists()


def test_that_a_promotion_can_be_taken_back(models: Path) -> None:
    for name in ("a.tar.gz", "b.tar.gz"):
        judge.write_json(models / "candidate.json", {"model": name, "missed": []})
        judge.promote()
    assert json.loads((models / "promoted.json").read_text()) == {
        "model": "b.tar.gz",
        "previous": ["a.tar.gz"],
    }
    judge.rollback()
    assert json.loads((models / "promoted.json").read_text()) == {"model": "a.tar.gz", "previous": []}
    with pytest.raises(judge.UserError):
        judge.rollback()


def test_that_rows_that_are_none_are_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "hi"}\n{"txt": "no"}\n')
    with pytest.raises(judge.UserError, match=r"rows.jsonl:2: a row is a JSON object with `text`"):
        judge.read_rows(tmp_path / "rows.jsonl")
