"""Facts are found as they were written, and what only looks like one is none."""

from pathlib import Path

import pytest

from bot.known import MAX_BYTES, MOST, known, read

FACTS = [
    ("order PL-88213, please", "order_number", "PL-88213"),
    ("its pl-88213", "order_number", "pl-88213"),
    ("INV-20418.", "order_number", "INV-20418"),
    ("my invoice 5521 has the wrong VAT", "order_number", "5521"),
    ("Invoice no. 2024-00123?", "order_number", "2024-00123"),
    ("order number is 88213", "order_number", "88213"),
    ("ticket #4711", "order_number", "#4711"),
    ("it was #88213!", "order_number", "#88213"),
    ("write to ann@x.example.", "email", "ann@x.example"),
    ("<Ann.Lee+shop@mail.postline.example>", "email", "Ann.Lee+shop@mail.postline.example"),
    ("billing@postl1ne-secure.example is that you??", "email", "billing@postl1ne-secure.example"),
    ("zoë@café.example", "email", "zoë@café.example"),
    ("see https://app.postline.example/inbox?x=1&y=2#top.", "url", "https://app.postline.example/inbox?x=1&y=2#top"),
    ("(https://a.example/b)", "url", "https://a.example/b"),
    ("https://a.example/b_(c), then", "url", "https://a.example/b_(c)"),
    ("on www.shop.example/x!", "url", "www.shop.example/x"),
    ("“https://a.example/ü”", "url", "https://a.example/ü"),
    ("call +49 30 1234567", "phone", "+49 30 1234567"),
    ("+49 (0)30/1234567.", "phone", "+49 (0)30/1234567"),
    ("or (555) 123-4567, thanks", "phone", "(555) 123-4567"),
    ("0170 1234567", "phone", "0170 1234567"),
    ("you took 9 dollars", "amount", "9 dollars"),
    ("€1,200.50.", "amount", "€1,200.50"),
    ("paid $312.80, twice", "amount", "$312.80"),
    ("1.200,50 €", "amount", "1.200,50 €"),
    ("EUR 20", "amount", "EUR 20"),
    ("US$5 more", "amount", "US$5"),
    ("I'm on Pro, with", "plan", "Pro"),
    ("the team plan", "plan", "team"),
    ("we have a pro account", "plan", "pro"),
    ("from Team to Enterprise", "plan", "Enterprise"),
    ("my plan is Free", "plan", "Free"),
    ("iPhone 14 Pro Max", "device", "iPhone 14 Pro Max"),
    ("iPad Air, iPadOS 17.5,", "device", "iPadOS 17.5"),
    ("work laptop, chrome if that matters", "device", "chrome"),
    ("windows 11", "device", "windows 11"),
    ("with a Galaxy S23", "device", "Galaxy S23"),
    ("on my mac", "device", "mac"),
    ("linkedin is gone", "product", "linkedin"),
    ("my threads account", "product", "threads"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value"), FACTS)
def test_that_a_fact_is_found_as_it_was_written(text: str, kind: str, value: str) -> None:
    assert {"kind": kind, "value": value, "seq": 4} in known([(4, text)])
    assert value in text


@pytest.mark.parametrize(
    "text",
    [
        "we are a team of pros and enterprise people, free on monday at 9",
        "in order 100 people came",
        "ISO-27001, UTF-8 and SOC 2",
        "post 2024 of them by 2024-05-01 at 10:30",
        "hashtags #summer #2024",
        "icon@2x.png",
        "me@localhost, @ann, a @ b",
        "http:// and www. and https",
        "+1,000 followers, +20%, 1-2-3",
        "version 1.200.50, 192.168.10.1000",
        "9 dollarstores, 20 eurostars, 100%",
        "pro tip: have a plan, team up for free",
        "two windows, I am on edge, a safari, the big mac",
        "three threads in my inbox",
        "a free trial for the team",
    ],
)
def test_that_what_only_looks_like_a_fact_is_none(text: str) -> None:
    assert known([(1, text)]) == []


def test_that_what_lies_inside_a_fact_is_not_found_again() -> None:
    found = known([(1, "https://facebook.com/shop?mail=ann@x.example and order PL-88213")])
    assert [fact["kind"] for fact in found] == ["order_number", "url"]


def test_that_a_fact_keeps_its_first_place_and_spelling() -> None:
    before = known([(1, "PL-88213")])
    assert known([(9, "I said pl-88213, on Pro")], before) == [
        {"kind": "order_number", "value": "PL-88213", "seq": 1},
        {"kind": "plan", "value": "Pro", "seq": 9},
    ]


def test_that_a_flood_of_one_kind_pushes_no_other_out_nor_its_first() -> None:
    said = [(1, "PL-88213 and https://first.example")]
    said += [(seq, f"https://shop.example/{seq} INV-20418") for seq in range(2, 200)]
    found = known(said)
    values = [fact["value"] for fact in found]
    assert len(found) == MOST
    assert {"PL-88213", "INV-20418", "https://first.example", "https://shop.example/199"} <= set(values)


def test_that_facts_of_any_length_fit() -> None:
    emoji = [(seq, f"https://x.example/{seq}{'🙂' * 400}") for seq in range(9)]
    found = known([(0, "PL-88213"), *emoji])
    assert found[0]["value"] == "PL-88213"
    assert sum(len(str(fact["value"]).encode("utf-16-be")) * 3 for fact in found) < MAX_BYTES


def test_that_a_fact_is_left_out_rather_than_cut() -> None:
    assert known([(1, f"https://x.example/{'a' * 500}")]) == []


def test_that_a_company_names_its_own_numbers(tmp_path: Path) -> None:
    file = tmp_path / "known_patterns.yml"
    file.write_text("- kind: tracking\n  patterns: ['(?-i:TRK)\\d{4}']\n", encoding="utf-8")
    ((kind, pattern),) = read(file)
    assert kind == "tracking"
    assert pattern.findall("TRK1234 trk1234") == ["TRK1234"]
    file.write_text("- kind: tracking\n  patterns: ['(']\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"known_patterns\.yml: tracking: \("):
        read(file)
