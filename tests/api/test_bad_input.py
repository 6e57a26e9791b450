"""Bad input is refused with its code; nothing is stored by half; socket and process go on."""

import json

import pytest

from tests.support.service import Customer, Running, frame, op

SAY = {"type": "say", "op": "12345678"}
BAD_FRAMES: list[tuple[str | bytes, str]] = [
    ("", "bad_frame"),
    ("not json", "bad_frame"),
    ("[]", "bad_frame"),
    ("7", "bad_frame"),
    ("NaN", "bad_frame"),
    ("[" * 5000, "bad_frame"),
    ('{"type":' * 3000, "bad_frame"),
    (b"\x00\xff\xfe", "bad_frame"),
    ("{}", "bad_call"),
    ('{"type": "launch"}', "bad_call"),
    ('{"type": "say"}', "bad_call"),
    ('{"type": {"a": 1}}', "bad_call"),
    (json.dumps({"type": "say", "op": "short", "text": "hi"}), "bad_call"),
    (json.dumps({"type": "say", "op": {"$ne": 1}, "text": "hi"}), "bad_call"),
    (json.dumps({**SAY, "text": "hi", "seq": 99}), "bad_call"),
    (json.dumps({**SAY, "text": ["hi"]}), "bad_call"),
    (json.dumps({**SAY, "text": None}), "bad_call"),
    (json.dumps({**SAY, "text": ""}), "text_blank"),
    (json.dumps({**SAY, "text": " \n\u200b "}), "text_blank"),
    (json.dumps({**SAY, "text": "\x00\x08"}), "text_blank"),
    (json.dumps({**SAY, "text": "half \ud83d"}), "text_not_unicode"),
    (json.dumps({**SAY, "text": "a" * 4001}), "text_too_long"),
    (json.dumps({**SAY, "text": "a" * 100_000}), "too_large"),
    (json.dumps({"type": "choose", "op": "12345678", "choice": "never.offered"}), "unknown_choice"),
    (
        json.dumps({"type": "answer_proposal", "op": "12345678", "proposal": "1", "solved": True}),
        "proposal_gone",
    ),
    (json.dumps({"type": "never_mind", "op": "12345678"}), "wrong_move"),
    (json.dumps({"type": "take", "op": "12345678"}), "bad_call"),
]


@pytest.mark.parametrize(("sent", "code"), BAD_FRAMES)
async def test_that_a_bad_frame_is_refused_and_the_socket_goes_on(
    service: Running, sent: str | bytes, code: str
) -> None:
    customer = await service.customer()
    async with customer.socket() as ws:
        await frame(ws, "view")
        await ws.send(sent)
        assert (await frame(ws, "refused"))["code"] == code
        assert (await customer.read())["entries"] == []
        await ws.send(json.dumps({"type": "say", "op": op(), "text": "still here"}))
        assert (await frame(ws, "done"))["seq"] == 1


async def test_that_a_refused_call_says_which(service: Running) -> None:
    customer = await service.customer()
    async with customer.socket() as ws:
        await ws.send(json.dumps({**SAY, "text": ""}))
        assert (await frame(ws, "refused"))["op"] == "12345678"


async def test_that_nothing_but_nonsense_is_ended_in_the_end(service: Running) -> None:
    customer = await service.customer()
    async with customer.socket() as ws:
        for _ in range(20):
            await ws.send("not json")
        assert (await frame(ws, "bye"))["code"] == "too_fast"
    assert await customer.say("by another way") == 1


async def test_that_a_flood_is_slowed_down(service: Running) -> None:
    customer = await service.customer()
    async with customer.socket() as ws:
        for number in range(40):
            await ws.send(json.dumps({"type": "say", "op": op(), "text": str(number)}))
        assert (await frame(ws, "refused"))["code"] == "too_fast"


async def http_code(customer: Customer, body: bytes) -> tuple[int, str]:
    async with customer.service.http() as http:
        answer = await http.post(
            f"/api/v1/conversations/{customer.conversation}/calls",
            content=body,
            headers={"Authorization": f"Bearer {customer.token}", "Content-Type": "application/json"},
        )
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"not json", 422),
        (b"\xff\xfe\x00", 400),
        (b"{}", 422),
        (json.dumps({**SAY, "text": "half \ud83d"}).encode(), 422),
        (b"x" * 100_000, 413),
        (json.dumps({**SAY, "text": " "}).encode(), 422),
        (b"[" * 60_000, 400),
    ],
)
async def test_that_a_bad_body_is_a_problem_and_never_an_error(
    service: Running, body: bytes, status: int
) -> None:
    customer = await service.customer()
    assert (await http_code(customer, body))[0] == status
    assert (await customer.read())["entries"] == []


@pytest.mark.parametrize(
    "conversation", ["c_short", "../../etc/passwd", "c_" + "g" * 32, "%00", "c_" + "0" * 500]
)
async def test_that_a_malformed_id_is_refused(service: Running, conversation: str) -> None:
    async with service.http() as http:
        answer = await http.get(f"/api/v1/conversations/{conversation}")
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "after", ["x", "1", "-1.abcdefabcdef", "1.ABCDEF", "9" * 30 + ".", "1.abcdefabcdef\n"]
)
async def test_that_a_malformed_cursor_is_refused(service: Running, after: str) -> None:
    customer = await service.customer("hi")
    async with service.http() as http:
        answer = await http.get(
            f"/api/v1/conversations/{customer.conversation}",
            params={"after": after},
            headers={"Authorization": f"Bearer {customer.token}"},
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_that_markup_and_control_characters_travel_as_text(service: Running) -> None:
    hostile = '<img src=x onerror=alert(1)>\x00\x1b]0;x\x07 {{7*7}} ${x} \u202e "quotes" \\'
    customer = await service.customer(hostile)
    found = await customer.read()
    assert found["entries"][0]["text"] == '<img src=x onerror=alert(1)>]0;x {{7*7}} ${x}  "quotes" \\'
