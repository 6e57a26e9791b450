"""A handoff from a channel of the company's own: the conversation goes to POST /api/v1/handoffs, signed."""

import asyncio
import hashlib
import hmac
import json
import os
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from rasa_sdk import Tracker

from bot.known import known
from bot.packet import body

TIMEOUT_S = 5
MOST_SAID = 1_000
MOST_TRIED = 200
LONGEST = 4_000
FAILED = (
    "I could not reach a person right now. "
    "Please write to me again in a few minutes; I will then try once more."
)
_NOT_SHOWN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@dataclass(frozen=True)
class Line:
    """Where people are. `bot`: the name this bot is registered under; `key`: the secret shared for it."""

    url: str
    bot: str
    key: str = field(repr=False)

    @classmethod
    def from_environment(cls) -> "Line | None":
        """From BATON_URL, BATON_BOT and BATON_BOT_KEY; None without BATON_URL. Raises ValueError."""
        url, bot, key = (os.environ.get(f"BATON_{name}", "") for name in ("URL", "BOT", "BOT_KEY"))
        if url and not (bot and key):
            raise ValueError("BATON_URL is set, so BATON_BOT and BATON_BOT_KEY must be set too.")
        return cls(url.rstrip("/"), bot, key) if url else None


class NotReached(Exception):
    """Nobody has the conversation, as far as we know."""


def handoff(tracker: Tracker, bot: str, titles: dict[str, str]) -> dict[str, Any]:
    """What POST /api/v1/handoffs takes; the same tracker gives the same. `titles`: topic to title.

    It reads the raw events: after a fallback Rasa rewinds, and the applied ones lack what the agent needs most.
    """
    said, tried = _conversation(tracker.events)
    asked = next((event for event in reversed(tracker.events) if event["event"] == "user"), {})
    customers = [(seq, one["text"]) for seq, one in enumerate(said, 1) if one["author"] == "customer"]
    seq, text = customers[-1] if customers else (len(said), "")
    history = {
        "known": known(customers),
        "tried": tried[-MOST_TRIED:],
        "problem": "\n".join(text for _, text in customers[:-1]),
    }
    channel = (tracker.get_latest_input_channel() or "")[:64]
    model = (asked.get("metadata") or {}).get("model_id") or ""
    packet = body(tracker.latest_message, [{"seq": seq, "text": text}], history, channel, model, titles)
    return {
        "version": 1,
        "bot": bot,
        "external_id": tracker.sender_id,
        "operation": _operation(tracker.sender_id, asked),
        "channel": channel,
        "packet": {"version": 1, "page": "", "verified": False, **packet},
        "transcript": said,
    }


async def send(line: Line, handed: dict[str, Any]) -> str:
    """The sentence for the customer, which may be empty. Raises NotReached."""
    sent = json.dumps(handed, ensure_ascii=False).encode()
    try:
        try:
            return await _post(line, handed["external_id"], sent)
        except aiohttp.ClientConnectionError:
            # The same operation: if the first one did arrive, the second changes nothing.
            return await _post(line, handed["external_id"], sent)
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise NotReached(type(error).__name__) from None


def signature(key: str, sent_at: str, external_id: str, sent: bytes) -> str:
    """Hex HMAC-SHA256 over "<sent_at>.<external_id>." and the body. `sent_at`: seconds since 1970."""
    return hmac.new(key.encode(), f"{sent_at}.{external_id}.".encode() + sent, hashlib.sha256).hexdigest()


async def _post(line: Line, external_id: str, sent: bytes) -> str:
    sent_at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Baton-Time": sent_at,
        "X-Baton-Signature": signature(line.key, sent_at, external_id, sent),
    }
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(
            f"{line.url}/api/v1/handoffs", data=sent, headers=headers, allow_redirects=False
        ) as answer,
    ):
        if answer.status not in {200, 201}:
            raise NotReached(f"status {answer.status}")
        return _say(await answer.read())


def _say(content: bytes) -> str:
    """Whatever is in it, a person has the conversation."""
    try:
        said = json.loads(content)["say"]
    except (KeyError, TypeError, ValueError):
        return ""
    return said if isinstance(said, str) else ""


def _conversation(events: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was said, and the topics that the bot has answered with the seq of the question, counted from 1."""
    said: list[dict[str, Any]] = []
    tried: list[dict[str, Any]] = []
    asked_at = 0
    for event in events:
        name = event.get("name") or ""
        if event["event"] == "action" and name.startswith("utter_faq_"):
            tried.append({"topic": name.removeprefix("utter_faq_"), "seq": asked_at})
        text = _text(event)
        if text:
            author = "customer" if event["event"] == "user" else "bot"
            said.append({"author": author, "text": text, "time": int(1000 * event["timestamp"])})
            asked_at = len(said) if author == "customer" else asked_at
    left_out = max(0, len(said) - MOST_SAID)
    counted = [one | {"seq": one["seq"] - left_out} for one in tried if one["seq"] > left_out]
    return said[left_out:], counted


def _text(event: dict[str, Any]) -> str:
    """What the event says in at most LONGEST characters; empty where nothing of it can be seen."""
    text = (event.get("text") or "") if event["event"] in {"user", "bot"} else ""
    text = text.encode("utf-8", "replace").decode()[:LONGEST]
    return text if any(unicodedata.category(char) not in _NOT_SHOWN for char in text) else ""


def _operation(external_id: str, asked: dict[str, Any]) -> str:
    """The same for the same message of the same customer, so that a repeat changes nothing."""
    parts = (external_id, str(asked.get("message_id")), repr(asked.get("timestamp")))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
