"""Whole dialogues through the bot's turn code, here in the process: whose the conversation is after each turn.

As in the service: the state goes from turn to turn; once handed over a conversation stays handed over, the bot says
nothing more, and what the customer goes on to write is only scored, for security and anger.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.rows import Row

_COUNTS = {"security", "anger"}
_DEADLINE_MS = 8000


def local_stores() -> dict[str, Any]:
    """What Rasa's agent needs for a turn: our tracker store, and the actions in this process."""
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk.executor import ActionExecutor

    from bot.turn_state import TurnTrackerStore

    executor = ActionExecutor()
    executor.register_package("actions")

    class Here(EndpointConfig):
        async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> Any:
            return await executor.run(json)

    return {"tracker_store": TurnTrackerStore(), "action_endpoint": Here("http://nowhere.invalid")}


async def play_all(agent: Any, dialogues: Sequence[Row], played_one: Callable[[], None]) -> list[Row]:
    found = []
    for dialogue in dialogues:
        found.append(await play(agent, dialogue))
        played_one()
    return found


async def play(agent: Any, dialogue: Row) -> Row:
    """The dialogue with `after`: of each turn whose it is then, why, and what the bot said and on which topics."""
    from bot.channel import TurnFailed, handle, read

    after: list[Row] = []
    state, seq, handed_over, reasons = None, 0, False, []
    for number, texts in enumerate(dialogue["turns"], 1):
        messages = [{"seq": seq + place, "text": text} for place, text in enumerate(texts, 1)]
        seq += len(texts)
        said: list[Row] = []
        topics: list[str] = []
        if handed_over:
            answer = await read(agent, {"messages": messages})
            scored = [signal["signal"] for one in answer["seen"] for signal in one["signals"]]
            reasons = _joined(reasons, [reason for reason in scored if reason in _COUNTS])
        else:
            try:
                answer = await handle(agent, _turn(dialogue["id"], number, messages, state))
            except TurnFailed as error:
                answer = {"packet": {"reasons": [{"reason": "bot_failed"}]}, "messages": [], "state": state}
                said = [{"text": f"(failed: {error})"}]
            else:
                said = answer["messages"]
                topics = _answered(state, answer["state"])
            state = answer["state"]
            if packet := answer["packet"]:
                handed_over, reasons = True, _joined([], [one["reason"] for one in packet["reasons"]])
        seq += len(said)
        after.append(
            {
                "turn": number,
                "state": "handoff" if handed_over else "bot",
                "reasons": reasons,
                "said": [one["text"] for one in said],
                "topics": topics,
            }
        )
        # A turn never waits for anything of ours; between two of them an interrupt can strike.
        await asyncio.sleep(0)
    return dialogue | {"after": after}


def _turn(identity: str, number: int, messages: list[Row], state: Row | None) -> Row:
    last = messages[-1]["seq"]
    return {
        "version": 1,
        "conversation": identity,
        "turn": f"t_{number}",
        "deadline_ms": _DEADLINE_MS,
        "messages": [message | {"payload": None} for message in messages],
        "happened": [],
        "state": state,
        "context": {"channel": "widget", "page": "", "verified": False},
        "transcript": {"through_seq": last, "count": last, "digest": ""},
    }


def _joined(before: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*before, *more]))


def _answered(before: Row | None, after: Row) -> list[str]:
    """The topics that this turn answered."""
    known = {one["seq"] for one in (before or {}).get("tried", [])}
    return [one["topic"] for one in after["tried"] if one["seq"] not in known]
