"""Who gets in: tokens, sessions, origins; and what nobody gets to see."""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from handoff_service.domain.agents import Role
from tests.support.service import DESK, ORIGIN, PASSWORD, Running, frame, hands_over, op

UNKNOWN = "c_" + "0" * 32


async def code_of(answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_that_an_unknown_conversation_and_anothers_token_are_the_same_refusal(service: Running) -> None:
    mine, other = await service.customer("hi"), await service.customer("hi")
    async with service.http() as http:
        answers = [
            await http.get(
                f"/api/v1/conversations/{conversation}", headers={"Authorization": f"Bearer {token}"}
            )
            for conversation, token in [
                (UNKNOWN, mine.token),
                (mine.conversation, other.token),
                (mine.conversation, "x"),
                (mine.conversation, "~" * 5000),
            ]
        ]
    assert [await code_of(answer) for answer in answers] == [(404, "not_found")] * 4
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "hello", "conversation": UNKNOWN, "token": "x"},
        {"type": "hello"},
        {"type": "say", "op": "12345678", "text": "hi"},
        {"type": "hello", "conversation": UNKNOWN, "token": "x", "after": "not a cursor"},
    ],
)
async def test_that_a_socket_without_a_fitting_hello_is_closed_with_a_reason(
    service: Running, hello: dict
) -> None:
    async with service.socket("/api/v1/conversations/socket") as ws:
        await ws.send(json.dumps(hello))
        assert (await frame(ws, "bye"))["code"] in {"not_found", "bad_frame"}
        with pytest.raises(ConnectionClosed):
            await ws.recv()


@pytest.mark.parametrize(
    "origin", ["http://site.example.evil.example", "null", "https://site.example", "http://site.example:81"]
)
async def test_that_only_registered_pages_may_use_the_widget(service: Running, origin: str) -> None:
    async with service.http(origin) as http:
        assert await code_of(await http.post("/api/v1/conversations", json={"widget": "demo"})) == (
            403,
            "bad_origin",
        )
    async with service.socket("/api/v1/conversations/socket", origin) as ws:
        assert (await frame(ws, "bye"))["code"] == "bad_origin"


@pytest.mark.parametrize("origin", [None, "null", ORIGIN, DESK + ".evil.example", DESK + ":8081"])
async def test_that_only_the_desks_own_page_may_use_a_session(service: Running, origin: str | None) -> None:
    sam = await service.agent()
    headers = {"cookie": sam.cookie()} | ({"origin": origin} if origin else {})
    sam.http.headers.pop("origin")
    answer = await sam.http.post("/api/v1/desk/calls", json={"type": "take", "op": op()}, headers=headers)
    assert await code_of(answer) == (403, "bad_origin")
    async with service.socket("/api/v1/desk/socket", origin, cookie=sam.cookie()) as ws:
        assert (await frame(ws, "bye"))["code"] == "bad_origin"


@pytest.mark.parametrize("cookie", ["", "baton=forged", "baton=", "other=x"])
async def test_that_a_forged_session_is_no_session(service: Running, cookie: str) -> None:
    async with service.http(DESK) as http:
        for path in (
            "/api/v1/desk/session",
            "/api/v1/desk/conversations",
            f"/api/v1/desk/conversations/{UNKNOWN}",
        ):
            assert await code_of(await http.get(path, headers={"cookie": cookie})) == (401, "not_logged_in")
    async with service.socket("/api/v1/desk/socket", DESK, cookie=cookie) as ws:
        assert (await frame(ws, "bye"))["code"] == "not_logged_in"


async def test_that_a_session_ends_with_the_log_out_and_with_its_time(service: Running) -> None:
    sam = await service.agent()
    cookie = sam.cookie()
    assert (await sam.http.delete("/api/v1/desk/session")).status_code == 204
    async with service.http(DESK) as http:
        answer = await http.get("/api/v1/desk/session", headers={"cookie": cookie})
        assert await code_of(answer) == (401, "not_logged_in")
        again = await http.post("/api/v1/desk/session", json={"name": "sam", "password": PASSWORD})
        assert "HttpOnly" in again.headers["set-cookie"]
        assert "samesite=strict" in again.headers["set-cookie"].lower()
        for key in await service.ctx.people._redis.keys(f"{service.ctx.people._keys.prefix}session:*"):
            await service.ctx.people._redis.pexpire(key, 0)
        assert await code_of(await http.get("/api/v1/desk/session")) == (401, "not_logged_in")


async def test_that_guessing_a_password_is_slowed_down(service: Running) -> None:
    await service.agent()
    async with service.http(DESK) as http:
        codes = [
            (
                await code_of(
                    await http.post("/api/v1/desk/session", json={"name": "sam", "password": "guess"})
                )
            )[1]
            for _ in range(9)
        ]
        assert codes == ["bad_login"] * 8 + ["too_fast"]
        unknown = await http.post("/api/v1/desk/session", json={"name": "nobody", "password": "guess"})
        assert await code_of(unknown) == (401, "bad_login")


async def test_that_an_incident_does_not_exist_for_an_agent_without_the_skill(service: Running) -> None:
    service.bot.answer = hands_over()
    kim = await service.agent("kim", Role.AGENT, ())
    customer = await service.customer("others' data")
    await customer.until_state("waiting")
    assert (await kim.lists())["waiting"] == []
    for answer in (
        await kim.http.get(f"/api/v1/desk/conversations/{customer.conversation}"),
        await kim.call("take", conversation=customer.conversation),
        await kim.call("note", conversation=customer.conversation, text="hm"),
    ):
        assert await code_of(answer) == (404, "not_found")
    async with service.socket("/api/v1/desk/socket", DESK, cookie=kim.cookie()) as ws:
        await ws.send(json.dumps({"type": "watch", "conversation": customer.conversation}))
        assert (await frame(ws, "refused"))["code"] == "not_found"


async def test_that_a_note_never_reaches_the_customer(service: Running) -> None:
    canary = "canary-4711"
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    held = await sam.take()
    async with customer.socket() as ws:
        await sam.call("note", conversation=held["conversation"], text=canary)
        await sam.call("reply", text="Hello", seen=9, **held)
        heard = ""
        while '"Hello"' not in heard:
            heard += await ws.recv()
    found = await customer.read()
    assert canary not in heard + json.dumps(found)
    assert [entry["seq"] for entry in found["entries"]] == [1, 2, 3]
    assert (await sam.read(held["conversation"]))["notes"][0]["text"] == canary


async def test_that_the_page_is_kept_without_its_query(service: Running) -> None:
    async with service.http() as http:
        made = await http.post(
            "/api/v1/conversations",
            json={"widget": "demo", "page": "https://ann:pw@shop.example/plans?mail=ann@x.example#me"},
        )
    fields = await service.ctx.reads.fields(made.json()["conversation"])
    assert fields["page"] == "https://shop.example/plans"


async def test_that_tokens_are_kept_as_hashes_only(service: Running) -> None:
    customer = await service.customer("hi")
    fields = await service.ctx.reads.fields(customer.conversation)
    assert customer.token not in json.dumps(fields)
