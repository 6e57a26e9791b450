"""What a trainer does: data that is wrong gets a line."""

from pathlib import Path

import pytest

from bot.check_data import problems

ROOT = Path(__file__).resolve().parents[2]
GOOD = "\n".join(f"    - refund example number {number}" for number in range(12))
DOMAIN = "responses:\n  utter_faq_refund:\n  - text: Here.\n    metadata: {title: Refunds}\n"


def project(folder: Path, nlu: str, domain: str = DOMAIN) -> Path:
    (folder / "data" / "nlu").mkdir(parents=True)
    (folder / "data" / "nlu" / "refund.yml").write_text(nlu, encoding="utf-8")
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    return folder


def nlu(*more: str, intent: str = "faq_refund") -> str:
    return f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{GOOD}\n' + "\n".join(more) + "\n"


def test_that_our_own_data_is_in_order() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (nlu("    - /faq_refund"), 17, "begins with /"),
        (nlu("    - my [order(number)"), 17, "not balanced"),
        (nlu("    -\ttabbed"), 17, "tab"),
        (nlu("  - text: |", "   oops"), 17, ""),
        (
            nlu("- intent: faq_invoice", "  examples: |", "    - refund example number 3"),
            19,
            "stands under faq_refund",
        ),
        (nlu("- intent: frobnicate", "  examples: |", "    - hm"), 19, "unknown"),
        (nlu("- intent: thanks", "  examples: |", "    - ta"), 19, "write at least 12"),
    ],
)
def test_that_bad_data_gets_file_line_and_what_to_do(
    tmp_path: Path, data: str, line: int, words: str
) -> None:
    found = problems(project(tmp_path, data))
    assert any(one.startswith(f"data/nlu/refund.yml:{line}:") and words in one for one in found), found


def test_that_a_missing_answer_and_a_missing_title_are_named(tmp_path: Path) -> None:
    assert any(
        "utter_faq_refund is missing" in one
        for one in problems(project(tmp_path / "a", nlu(), "responses: {}"))
    )
    untitled = "responses:\n  utter_faq_refund:\n  - text: Here.\n"
    assert any("no title" in one for one in problems(project(tmp_path / "b", nlu(), untitled)))
