"""Another company's bot brings a conversation: signed, once, masked."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from handoff_service.settings import Settings
from tests.support.service import Running

KEY = "a shared key"
SAID = [
    {"author": "customer", "text": "hi, my order is 88213", "time": 1_764_000_000_000},
    {"author": "bot", "text": "Hello!", "time": 1_764_000_001_000},
    {"author": "customer", "text": "a person please, card 4111 1111 1111 1111", "time": 1_764_000_002_000},
]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.foreign_bots = {"shop": SecretStr(KEY)}
    return settings


def handed(**changes: Any) -> dict[str, Any]:
    packet = {
        "version": 1,
        "reasons": [{"reason": "requested", "evidence": [{"rule": "button", "seq": 3}]}],
        "known": [{"kind": "order_number", "value": "88213", "seq": 1}],
        "summary": ["a person please, card 4111 1111 1111 1111"],
    }
    return {"version": 1, "bot": "shop", "external_id": "whatsapp:77", "operation": "operation-1", "channel": "rest",
            "packet": packet, "transcript": SAID} | changes  # fmt: skip


async def post(service: Running, body: dict[str, Any], key: str = KEY, late_s: int = 0) -> httpx.Response:
    content, sent_at = json.dumps(body).encode(), str(int(time.time()) - late_s)
    signed = f"{sent_at}.{body['external_id']}.".encode() + content
    headers = {
        "X-Baton-Time": sent_at,
        "X-Baton-Signature": hmac.new(key.encode(), signed, hashlib.sha256).hexdigest(),
        "Content-Type": "application/json",
    }
    async with httpx.AsyncClient(base_url=service.url) as http:
        return await http.post("/api/v1/handoffs", content=content, headers=headers)


async def test_that_it_comes_to_the_line_with_everything_that_was_said(service: Running) -> None:
    sam = await service.agent()
    answer = await post(service, handed())
    assert answer.status_code == 201
    assert "line for a person" in answer.json()["say"]
    held = await sam.take(answer.json()["conversation"])
    found = await sam.read(held["conversation"])
    assert [(entry["author"]["kind"], entry["text"]) for entry in found["entries"][:3]] == [
        ("customer", "hi, my order is 88213"),
        ("bot", "Hello!"),
        ("customer", "a person please, card [card number hidden]"),
    ]
    assert [entry["time"] for entry in found["entries"][:3]] == [said["time"] for said in SAID]
    assert found["view"]["channel"] == "shop: rest"
    packet = found["view"]["packet"]
    assert packet["known"] == [{"kind": "order_number", "value": "88213", "seq": 1}]
    assert "4111" not in json.dumps(found)


async def test_that_its_token_reads_what_people_write_and_passes_on_what_the_customer_says(
    service: Running,
) -> None:
    sam = await service.agent()
    made = (await post(service, handed())).json()
    held = await sam.take()
    await sam.call("reply", text="I look into it.", seen=99, **held)
    path, headers = (
        f"/api/v1/conversations/{made['conversation']}",
        {"Authorization": f"Bearer {made['token']}"},
    )
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as http:
        assert (await http.get(path)).json()["entries"][-1]["text"] == "I look into it."
        said = await http.post(f"{path}/calls", json={"type": "say", "op": "say-00001", "text": "thank you"})
        assert said.status_code == 200
    assert (await sam.lists())["mine"][0]["unanswered"]


async def test_that_the_same_post_again_changes_nothing(service: Running) -> None:
    sam = await service.agent()
    first = await post(service, handed())
    before = await sam.read(first.json()["conversation"])
    again = await post(service, handed())
    assert (again.status_code, again.json()) == (200, first.json())
    assert await sam.read(first.json()["conversation"]) == before


async def test_that_a_later_post_brings_what_was_said_since_and_no_second_place(service: Running) -> None:
    sam = await service.agent()
    first = (await post(service, handed())).json()
    more = {"author": "customer", "text": "are you there?", "time": 1_764_000_009_000}
    answer = await post(service, handed(operation="operation-2", transcript=[*SAID, more]))
    assert answer.json()["conversation"] == first["conversation"]
    assert len((await sam.lists())["waiting"]) == 1
    texts = [entry["text"] for entry in (await sam.read(first["conversation"]))["entries"]]
    assert texts.count("Hello!") == texts.count("are you there?") == 1


@pytest.mark.parametrize("wrong", ["key", "late", "bot", "no signature"])
async def test_that_what_is_not_signed_by_the_bot_is_refused(service: Running, wrong: str) -> None:
    body = handed(bot="stranger") if wrong == "bot" else handed()
    if wrong == "no signature":
        async with httpx.AsyncClient(base_url=service.url) as http:
            answer = await http.post("/api/v1/handoffs", json=body)
    else:
        answer = await post(service, body, "other" if wrong == "key" else KEY, 400 if wrong == "late" else 0)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


@pytest.mark.parametrize(
    "bad",
    [
        {"packet": {"version": 1, "reasons": []}},
        {"packet": {"version": 2, "reasons": [{"reason": "requested"}]}},
        {"transcript": [{"author": "agent", "text": "x", "time": 1}]},
        {"transcript": [{"author": "customer", "text": "x" * 4_001, "time": 1}]},
        {"external_id": ""},
        {"operation": "short"},
    ],
)
async def test_that_what_is_not_in_the_schema_is_refused(service: Running, bad: dict[str, Any]) -> None:
    answer = await post(service, handed(**bad))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_call")


async def test_that_an_empty_transcript_still_brings_a_person(service: Running) -> None:
    sam = await service.agent()
    assert (await post(service, handed(transcript=[]))).status_code == 201
    assert len((await sam.lists())["waiting"]) == 1
