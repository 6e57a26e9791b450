"""A handoff from a channel of the company's own, to a server that checks what it gets."""

import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import foreign
from actions.handoff import ActionHandoff

ROOT = Path(__file__).resolve().parents[2]
KEY = "key-of-the-test"
SAY = "A colleague will be with you in about 10 minutes."
DOMAIN = {"responses": {"utter_faq_invoice": [{"text": "…", "metadata": {"title": "Invoices and receipts"}}]}}


@dataclass
class Service:
    """What came in, and what is answered: (status, body), or None to hang up without a word."""

    url: str = ""
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, bytes] | None] = field(default_factory=list)
    delay_s: float = 0.0


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            running.came.append((self.path, dict(self.headers), sent))
            time.sleep(running.delay_s)
            answer = running.answers.pop(0) if running.answers else (201, json.dumps({"say": SAY}).encode())
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield running
    server.shutdown()
    server.server_close()


def user(text: str | None, at: float, **changes: Any) -> dict[str, Any]:
    event = {"event": "user", "text": text, "timestamp": at, "message_id": f"m{at}", "input_channel": "rest"}
    return event | {"metadata": {"model_id": "abc"}} | changes


def bot(text: str | None, at: float) -> dict[str, Any]:
    return {"event": "bot", "text": text, "timestamp": at, "data": {}}


def action(name: str, at: float) -> dict[str, Any]:
    return {"event": "action", "name": name, "timestamp": at}


EVENTS = [
    {"event": "session_started", "timestamp": 1.0},
    user("Hi! My invoice has the wrong VAT number.", 1764000000.5),
    action("utter_faq_invoice", 1764000001.0),
    bot("All invoices are under Settings.", 1764000001.25),
    user("what?", 1764000002.0),
    bot("Could you rephrase?", 1764000003.0),
    {"event": "rewind", "timestamp": 1764000003.5},
    user(" \u200b", 1764000004.0),
    bot(None, 1764000004.5),
    user("get me a human, order PL-88213", 1764000005.0),
]
LATEST = {
    "text": "get me a human, order PL-88213",
    "intent": {"name": "request_human", "confidence": 0.98},
    "intent_ranking": [{"name": "request_human", "confidence": 0.98}],
    "entities": [],
    "signals": [
        {"signal": "requested", "kind": None, "score": 1.0, "evidence": [{"rule": "r", "words": "a human"}]}
    ],
}


def tracker(events: list[dict[str, Any]] = EVENTS, latest: dict[str, Any] = LATEST) -> Tracker:
    return Tracker("customer/ü 7", {}, latest, events, False, None, {}, "action_listen")


async def run(monkeypatch: pytest.MonkeyPatch, url: str, told: Tracker | None = None) -> list[str]:
    for name, value in (("URL", url + "/"), ("BOT", "shop-bot"), ("BOT_KEY", KEY)):
        monkeypatch.setenv(f"BATON_{name}", value)
    dispatcher = CollectingDispatcher()
    assert await ActionHandoff().run(dispatcher, told or tracker(), DOMAIN) == []
    return [message["text"] for message in dispatcher.messages]


async def test_that_the_conversation_comes_whole_and_signed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await run(monkeypatch, service.url) == [SAY]
    ((path, headers, sent),) = service.came
    assert path == "/api/v1/handoffs"
    signed = f"{headers['X-Baton-Time']}.customer/ü 7.".encode() + sent
    assert headers["X-Baton-Signature"] == hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(int(headers["X-Baton-Time"]) - time.time()) < 10
    got = json.loads(sent)
    packet = got.pop("packet")
    assert got.pop("operation") == foreign.handoff(tracker(), "shop-bot", {})["operation"]
    assert got == {
        "version": 1,
        "bot": "shop-bot",
        "external_id": "customer/ü 7",
        "channel": "rest",
        "transcript": [
            {
                "author": "customer",
                "text": "Hi! My invoice has the wrong VAT number.",
                "time": 1764000000500,
            },
            {"author": "bot", "text": "All invoices are under Settings.", "time": 1764000001250},
            {"author": "customer", "text": "what?", "time": 1764000002000},
            {"author": "bot", "text": "Could you rephrase?", "time": 1764000003000},
            {"author": "customer", "text": "get me a human, order PL-88213", "time": 1764000005000},
        ],
    }
    assert packet == {
        "version": 1,
        "page": "",
        "verified": False,
        "channel": "rest",
        "language": "en",
        "model": "abc",
        "reasons": [
            {
                "reason": "requested",
                "score": 1.0,
                "evidence": [{"seq": 5, "rule": "r", "words": "a human"}],
            }
        ],
        "intent": {
            "name": "request_human",
            "confidence": 0.98,
            "ranking": [{"name": "request_human", "confidence": 0.98}],
        },
        "known": [{"kind": "order_number", "value": "PL-88213", "seq": 5}],
        "tried": [{"topic": "invoice", "seq": 1, "title": "Invoices and receipts"}],
        "summary": ["get me a human, order PL-88213", "My invoice has the wrong VAT number."],
    }


async def test_that_a_second_run_is_the_same_operation_and_a_new_message_another(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(monkeypatch, service.url)
    await run(
        monkeypatch,
        service.url,
        tracker([*EVENTS, action("action_handoff", 1764000006.0), bot("…", 1764000006.0)]),
    )
    await run(monkeypatch, service.url, tracker([*EVENTS, user("hello?", 1764000009.0)]))
    first, second, third = (json.loads(sent)["operation"] for _, _, sent in service.came)
    assert first == second != third
    assert len(first) == 32


async def test_that_a_cut_connection_is_tried_once_more(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers = [None]
    assert await run(monkeypatch, service.url) == [SAY]
    (_, _, first), (_, _, second) = service.came
    assert first == second


async def test_that_the_customer_is_told_when_nobody_was_reached(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers = [None, None]
    assert await run(monkeypatch, service.url) == [foreign.FAILED]
    assert len(service.came) == 2
    for status in (302, 401, 422, 503):
        service.answers = [(status, b"{}")]
        assert await run(monkeypatch, service.url) == [foreign.FAILED]
    assert len(service.came) == 6
    monkeypatch.setattr(foreign, "TIMEOUT_S", 0.2)
    service.delay_s = 1.0
    assert await run(monkeypatch, service.url) == [foreign.FAILED]
    assert await run(monkeypatch, "http://127.0.0.1:9") == [foreign.FAILED]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"say": "soon"}', ["soon"]),
        (b'{"say": ""}', []),
        (b"{}", []),
        (b"", []),
        (b"[1]", []),
        (b'{"say": 5}', []),
    ],
)
async def test_that_the_services_sentence_is_said_if_it_has_one(
    service: Service, monkeypatch: pytest.MonkeyPatch, body: bytes, said: list[str]
) -> None:
    service.answers = [(200, body)]
    assert await run(monkeypatch, service.url) == said


def test_that_the_last_thousand_are_sent_and_counted_from_one() -> None:
    events = []
    for place in range(700):
        at = 1764000000.0 + place
        events += [
            user(f"order PL-{1000 + place} {'x' * 5_000}", at),
            action("utter_faq_invoice", at),
            bot("There.", at),
        ]
    handed = foreign.handoff(tracker(events), "shop-bot", {})
    said = handed["transcript"]
    assert len(said) == foreign.MOST_SAID
    assert all(len(one["text"]) <= foreign.LONGEST for one in said)
    assert said[0]["text"].startswith("order PL-1200 ")
    assert all(fact["value"] in said[fact["seq"] - 1]["text"] for fact in handed["packet"]["known"])
    tried = handed["packet"]["tried"]
    assert len(tried) == foreign.MOST_TRIED
    assert all(said[one["seq"] - 1]["author"] == "customer" for one in tried)
    assert tried[-1]["seq"] == 999


def test_that_another_companys_nlu_and_half_characters_do_no_harm() -> None:
    latest = {"text": "\ud83d help", "intent": {"name": "talk_to_agent", "confidence": 0.7}, "entities": []}
    handed = foreign.handoff(tracker([user("\ud83d help", 5.0)], latest), "shop-bot", {})
    json.dumps(handed, ensure_ascii=False).encode()
    assert handed["packet"]["reasons"] == [
        {
            "reason": "uncertainty",
            "score": 0.7,
            "evidence": [{"rule": "intent talk_to_agent", "words": "", "seq": 1}],
        }
    ]
    assert handed["transcript"] == [{"author": "customer", "text": "? help", "time": 5000}]
    assert foreign.handoff(tracker([], {}), "shop-bot", {})["transcript"] == []


async def test_that_without_a_service_rasa_shell_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATON_URL", raising=False)
    dispatcher = CollectingDispatcher()
    await ActionHandoff().run(dispatcher, tracker(), DOMAIN)
    assert "no handoff service" in dispatcher.messages[0]["text"]


def test_that_half_a_setting_stops_the_action_server() -> None:
    env = os.environ | {
        "ACTION_TOKEN": "t",
        "BATON_URL": "http://127.0.0.1:9",
        "BATON_BOT": "",
        "BATON_BOT_KEY": "k",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "actions"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "BATON_BOT and BATON_BOT_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr
