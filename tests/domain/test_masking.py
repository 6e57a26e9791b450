"""Masking as a tokenizer is tested: what is hidden, and what only looks like it and stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff_service.domain.masking import mask

HIDDEN = [
    # cards
    ("my card 4111111111111111 was declined", "card", "4111111111111111"),
    ("4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
    ("card: 5500-0055-5555-5559, exp 09/28", "card", "5500-0055-5555-5559"),
    ("amex 3782 822463 10005.", "card", "3782 822463 10005"),
    ("it's 6011000990139424!", "card", "6011000990139424"),
    ("(4242424242424242)", "card", "4242424242424242"),
    ("4111 1111 1111 1111 12/28 123", "card", "4111 1111 1111 1111"),
    ("order 12 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
    ("4111.1111.1111.1111", "card", "4111.1111.1111.1111"),
    ("4111  1111  1111  1111", "card", "4111  1111  1111  1111"),
    ("card #4111111111111111", "card", "4111111111111111"),
    # bank accounts
    ("pay to BE68 5390 0754 7034 from now on", "iban", "5390 0754 7034"),
    ("AT61 1904 3002 3457 3201 then", "iban", "1904 3002 3457 3201"),
    ("pay back to DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00"),
    ("GB82WEST12345698765432", "iban", "GB82WEST12345698765432"),
    ("iban fr14 2004 1010 0505 0001 3m02 606", "iban", "fr14 2004 1010 0505 0001 3m02 606"),
    # passwords
    ("my password is hunter2", "password", "hunter2"),
    ("My Password is sunshine", "password", "sunshine"),
    ("password: correct-horse", "password", "correct-horse"),
    ("pw=Tr0ub4dor&3 does not work", "password", "Tr0ub4dor&3"),
    ("the pw was Summer2026!", "password", "Summer2026"),
    ("old password 'let me in' still works", "password", "let me in"),
    ("the password for the shared account is Kiwi77", "password", "Kiwi77"),
    ("I changed my password to Blue-Sky-9 and now I am out", "password", "Blue-Sky-9"),
    ("passwort: geheim123", "password", "geheim123"),
    ('my passphrase is "four little green ducks"', "password", "four little green ducks"),
    ("pwd hunter2 isn't accepted", "password", "hunter2"),
    ("my password used to be Olga1971", "password", "Olga1971"),
    ("login ann@x.example password Zebra!42", "password", "Zebra!42"),
    ("my pass word is hunter2", "password", "hunter2"),
    ("le mot de passe est soleil", "password", "soleil"),
    ("mein Passwort ist Sommer2024", "password", "Sommer2024"),
    ("passwort lautet geheim99", "password", "geheim99"),
    ("my password's hunter2", "password", "hunter2"),
    ("Password is: hunter2", "password", "hunter2"),
    ("my new password will be Sunshine77", "password", "Sunshine77"),
    ("my password should be hunter2", "password", "hunter2"),
    ("password - hunter2", "password", "hunter2"),
    ("user: joe pass: hunter2", "password", "hunter2"),
    ("the password I use is sunshine", "password", "sunshine"),
    ("password I typed: hunter2", "password", "hunter2"),
    ("my password is abc,def;gh1", "password", "gh1"),
    ("I changed my password from foo1 to bar22xx", "password", "bar22xx"),
    ("hunter22 is my password", "password", "hunter22"),
    ("with joe@x.example and hunter2pass as password", "password", "hunter2pass"),
    # one-time codes
    ("G-123456 is your Google verification code", "code", "123456"),
    ("the code is G-123456", "code", "123456"),
    ("my 2fa code is 1234 5678", "code", "5678"),
    ("2FA: 123456", "code", "123456"),
    ("the code was 4 8 2 9 1 3", "code", "8 2 9"),
    ("cvc is 123", "code", "123"),
    ("recovery code: abcd-efgh-1234", "code", "abcd-efgh"),
    ("the code is 482913", "code", "482913"),
    ("sms code 482 913", "code", "482 913"),
    ("my otp: 0042", "code", "0042"),
    ("the code I got was 771204", "code", "771204"),
    ("482913 is my code", "code", "482913"),
    ("verification code from google is 55-not-this but code 123456", "code", "123456"),
    ("pin 4711", "code", "4711"),
    # keys
    ("whsec_" + "abcdefghijklmnop1234567890", "api_key", "mnop1234"),
    ("npm_" + "abcdefghijklmnopqrstuvwxyz0123456789", "api_key", "xyz0123"),
    ("pypi-" + "AgEIcHlwaS5vcmcCJGFiY2RlZg", "api_key", "cHlwaS5"),
    ("hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH", "api_key", "ABCDEFGH"),
    ("shpat_" + "abcdef0123456789abcdef0123456789", "api_key", "abcdef01"),
    ("xapp-" + "1-A0123456-12345-abcdef0123", "api_key", "abcdef0123"),
    ("ya29." + "a0AfH6SMBabcdefghijklmnop1234", "api_key", "a0AfH6"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "api_key", "wJalr"),
    ("my api key 9f8e7d6c5b4a39f8e7d6c5b4a3210", "api_key", "9f8e7d"),
    ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "api_key", "dXNlcj"),
    ("https://joe:hunter2@x.example/y", "api_key", "hunter2"),
    ("key sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "api_key", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("we pushed ghp_" + "a1B2" * 9, "api_key", "a1B2a1B2"),
    ("AKIA" + "IOSFODNN7EXAMPLE in the repo", "api_key", "IOSFODNN7EXAMPLE"),
    ("xoxb-" + "123456789012-abcdefGHIJKL", "api_key", "abcdefGHIJKL"),
    ("Authorization: Bearer abcDEF123456ghiJKL7890", "api_key", "abcDEF123456ghiJKL7890"),
    ("api key is 9f8e7d6c5b4a39281706", "api_key", "9f8e7d6c5b4a39281706"),
    ("client_secret=Zx9-Qw8_Er7.Ty6Ui5", "api_key", "Zx9-Qw8_Er7.Ty6Ui5"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123", "api_key", "eyJzdWIi"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "api_key", "MIIEvQ"),
]

STAYS = [
    "my order number is 4111111111111112",
    "tracking 1Z999AA10123456784 and 00340434161094027318",
    "invoice 2024-0617, post 7731902, case #4111111111111111",
    "call me at +49 170 1234567 or 030 901820",
    "we paid 312.80 and then 1,299.00 dollars",
    "0000 0000 0000 0000",
    "my password is wrong",
    "my password is not accepted",
    "the password is too short they say",
    "password reset link expired",
    "I forgot my password",
    "password: forgotten",
    "how do I change my password to something better",
    "the password is still the same",
    "is the password policy documented",
    "my password was stolen",
    "my password isn't accepted",
    "my password is 8 characters long",
    "My password is: I forgot it",
    "my password is working fine",
    "the password is refused",
    "my password is wrong,what now",
    "password reset at 10:30 on https://x.example",
    "the boarding pass: gate 12",
    "tracking code 12345678",
    "order code 482913",
    "booking code 482913",
    "our tax code is 12345678",
    "can I pin 1000 posts",
    "key: 2024-01-01T10:00",
    "error code 5031 on every page",
    "promo code 2026 does not work",
    "our zip code is 80331",
    "the code is not arriving",
    "I have 4 backup codes left of 10",
    "country code 0049",
    "where do I find the api key",
    "the access token is expired",
    "the api key is missing since yesterday",
    "DE89 is our booth at the fair",
    "meet me at 12:30 on 2026-11-23",
    "the pin button does nothing",
    "version 3.6.21 build 482913",
]


@pytest.mark.parametrize(("text", "kind", "secret"), HIDDEN)
def test_that_a_secret_is_hidden_and_named(text: str, kind: str, secret: str) -> None:
    masked = mask(text)
    assert secret not in masked.text
    assert kind in masked.kinds
    assert "hidden]" in masked.text


@pytest.mark.parametrize("text", STAYS)
def test_that_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_that_the_words_around_a_secret_stay() -> None:
    masked = mask(
        "Hi, my password is hunter2, and my card 4111 1111 1111 1111 was charged twice. Order PL-88213."
    )
    assert masked.text == (
        "Hi, my password is [password hidden], and my card [card number hidden] was charged twice. Order PL-88213."
    )
    assert masked.kinds == ("card", "password")


@pytest.mark.parametrize("text", [row[0] for row in HIDDEN])
def test_that_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.text(max_size=300))
def test_that_any_text_is_masked_without_an_error(text: str) -> None:
    masked = mask(text)
    assert (masked.text == text) == (masked.kinds == ())


def test_that_long_hostile_texts_take_no_longer_than_a_moment() -> None:
    for text in (
        "1 " * 2000,
        "password " * 440,
        "code from a " * 330,
        "a" * 4000,
        "DE89 " * 800,
        "4111 " * 800,
        "password I a " * 300,
        "key: " * 800,
    ):
        mask(text)
