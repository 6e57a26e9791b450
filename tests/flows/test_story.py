"""The story through the public API, with a scripted bot: what each side sees at each step."""

import asyncio
import json

import httpx
import pytest

from deploy.local.valkey import Valkey
from handoff_service.flows import sweep
from tests.support.service import DESK, Running, ScriptedBot, eventually, frame, hands_over, op, says


async def test_that_a_question_is_answered_and_stays_with_the_bot(service: Running) -> None:
    customer = await service.customer("how do refunds work")
    found = await customer.until(lambda found: len(found["entries"]) == 2)
    assert found["view"]["state"] == "bot"
    assert found["entries"][1]["author"] == {"kind": "bot", "name": "Assistant"}
    turn = service.bot.turns[0]
    assert turn["messages"] == [{"seq": 1, "text": "how do refunds work", "payload": None}]
    assert turn["state"] is None
    assert turn["transcript"]["count"] == 1


async def test_that_the_bot_gets_its_state_back_and_nothing_twice(service: Running) -> None:
    customer = await service.customer("one")
    await customer.until(lambda found: len(found["entries"]) == 2)
    await customer.say("two")
    await customer.until(lambda found: len(found["entries"]) == 4)
    assert service.bot.turns[1]["state"] == {"turns": 1}
    assert [message["text"] for message in service.bot.turns[1]["messages"]] == ["two"]
    assert service.bot.turns[1]["happened"] == []


async def test_that_a_button_means_its_payload_to_the_bot_and_its_title_to_people(service: Running) -> None:
    service.bot.answer = says("Which?", {"id": "x", "title": "Refunds", "payload": "/faq_refund"})
    customer = await service.customer("hi")
    found = await customer.until(lambda found: len(found["entries"]) == 2)
    (choice,) = found["entries"][1]["choices"]
    assert set(choice) == {"id", "title"}
    once = {"op": op(), "choice": choice["id"]}
    first = await customer.call("choose", **once)
    again = await customer.call("choose", **once)
    assert first.json() == again.json() == {"seq": 3}
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), lambda turns: len(turns) == 2)
    assert service.bot.turns[1]["messages"] == [{"seq": 3, "text": "Refunds", "payload": "/faq_refund"}]


async def test_that_a_typed_payload_is_only_text(service: Running) -> None:
    await service.customer("/faq_refund{}")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    assert service.bot.turns[0]["messages"][0]["payload"] is None


async def test_that_a_burst_is_one_answer(service: Running) -> None:
    service.bot.gate.clear()
    customer = await service.customer("my card", "was declined", "twice")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), lambda turns: len(turns) == 3)
    service.bot.gate.set()
    found = await customer.until(lambda found: len(found["entries"]) == 4)
    assert [message["text"] for message in service.bot.turns[2]["messages"]] == [
        "my card",
        "was declined",
        "twice",
    ]
    assert not found["view"]["bot_at_work"]


async def test_the_whole_way_to_a_person_and_to_solved(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer("how do refunds work")
    await customer.until(lambda found: len(found["entries"]) == 2)
    service.bot.answer = hands_over()
    await customer.say("I see other people's messages")
    found = await customer.until_state("waiting")
    assert found["view"]["line"]["position"] == 1
    assert "Nobody from us will ask for your password" in found["entries"][-1]["text"]

    held = await sam.take()
    seen = await sam.read(held["conversation"])
    assert [entry["text"] for entry in seen["entries"][:2]] == ["how do refunds work", "All right."]
    assert seen["view"]["reasons"][0]["evidence"][0]["words"] == "others"
    assert seen["view"]["packet"]["known"] == [{"kind": "plan", "value": "Pro", "seq": 3}]
    assert seen["view"]["nlu"]["1"]["intent"] == "faq_refund"

    last = seen["entries"][-1]["seq"]
    assert (await sam.call("reply", text="Which company?", seen=last, **held)).status_code == 200
    asked = len(service.bot.turns)
    await customer.say("A bakery in Graz")
    assert (await sam.call("propose", text="Closed the gap.", seen=last + 2, **held)).json()[
        "state"
    ] == "confirming"
    found = await customer.until_state("confirming")
    assert found["view"]["proposal"]["until"] is None
    await customer.call("answer_proposal", proposal=found["view"]["proposal"]["id"], solved=False)
    found = await customer.until_state("agent")
    assert found["view"]["agent"] == {"name": "Sam"}
    await sam.call("propose", seen=found["entries"][-1]["seq"], **held)
    found = await customer.until_state("confirming")
    await customer.call("answer_proposal", proposal=found["view"]["proposal"]["id"], solved=True)
    found = await customer.until_state("closed")
    assert found["view"]["outcome"] == "solved"
    assert len(service.bot.turns) == asked, "the bot is silent while a person has it"


async def test_that_the_bot_hears_what_the_person_said_once_it_is_back(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    await customer.say("hello?")
    held = await sam.take()
    await sam.call("reply", text="Your refund is on its way.", seen=99, **held)
    await sam.call("give_back", **held)
    await customer.call("never_mind")
    await customer.say("and how do I invite somebody")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    (turn,) = service.bot.turns
    assert [(item["author"], item["text"]) for item in turn["happened"]] == [
        ("customer", "hello?"),
        ("agent", "Your refund is on its way."),
    ]
    assert [message["text"] for message in turn["messages"]] == ["and how do I invite somebody"]


FAILURES = {
    "not_running": lambda turn: httpx.ConnectError("refused"),
    "cut_off": lambda turn: httpx.RemoteProtocolError("closed"),
    "error_status": lambda turn: 500,
    "not_json": lambda turn: b"<html>",
    "a_list": lambda turn: b"[]",
    "not_in_schema": lambda turn: {"version": 1},
    "another_turn": lambda turn: says("hi")(turn) | {"turn": "t_other"},
    "empty_answer": lambda turn: says("hi")(turn) | {"messages": []},
    "blank_text": lambda turn: says("hi")(turn) | {"messages": [{"text": ""}]},
    "state_too_large": lambda turn: says("hi")(turn) | {"state": "x" * 20_000},
    "packet_version": lambda turn: hands_over(version=2)(turn),
    "packet_turn": lambda turn: hands_over(turn="t_other")(turn),
    "packet_digest": lambda turn: hands_over(transcript=turn["transcript"] | {"digest": "0" * 40})(turn),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_that_every_failure_of_the_bot_brings_a_person(service: Running, failure: str) -> None:
    service.bot.answer = FAILURES[failure]
    customer = await service.customer("I need help")
    found = await customer.until_state("waiting")
    assert [entry["author"]["kind"] for entry in found["entries"]] == ["customer", "system"]
    sam = await service.agent()
    held = await sam.take()
    view = (await sam.read(held["conversation"]))["view"]
    assert view["reasons"][0]["reason"] == "bot_failed"
    assert view["packet"]["summary"] == ["I need help"]


async def test_that_a_bot_that_hangs_brings_a_person_and_its_late_answer_is_a_note(service: Running) -> None:
    sam = await service.agent()
    service.bot.gate.clear()
    customer = await service.customer("hello")
    found = await customer.until_state("waiting")
    service.bot.gate.set()
    held = await sam.take()
    assert (await customer.read())["entries"][:2] == found["entries"]
    view = (await sam.read(held["conversation"]))["view"]
    assert view["reasons"][0]["evidence"][0]["rule"] == "timed_out"


async def test_that_asking_for_a_person_while_the_bot_thinks_ends_its_turn(service: Running) -> None:
    service.bot.gate.clear()
    sam = await service.agent()
    customer = await service.customer("hello")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    await customer.call("ask_person")
    service.bot.gate.set()
    held = await sam.take()
    found = await eventually(lambda: sam.read(held["conversation"]), lambda found: found["notes"])
    assert found["notes"][0]["event"] == "late_answer"
    assert [entry["author"]["kind"] for entry in found["entries"]] == ["customer", "system", "system"]
    assert (await sam.lists())["waiting"] == []


async def test_that_turns_wait_for_a_bot_that_warms_up(service: Running, settings, valkey) -> None:
    from tests.support.service import serving

    bot = ScriptedBot()
    bot.ready = False
    async with serving(
        settings.model_copy(update={"bot_warm_up_s": 30.0, "workspace": "warm-up"}), bot
    ) as cold:
        customer = await cold.customer("hello")
        assert (await customer.read())["view"]["bot"] == "warming"
        assert bot.turns == []
        bot.ready = True
        await customer.until(lambda found: len(found["entries"]) == 2)


async def test_that_a_bot_that_is_not_ready_in_time_brings_a_person(service: Running, settings) -> None:
    from tests.support.service import serving

    bot = ScriptedBot()
    bot.ready = False
    async with serving(
        settings.model_copy(update={"bot_warm_up_s": 0.2, "workspace": "never-ready"}), bot
    ) as cold:
        bot.answer = lambda turn: httpx.ConnectError("refused")
        customer = await cold.customer("hello")
        await customer.until_state("waiting")


async def test_that_a_turn_whose_process_died_is_asked_again_by_another(service: Running) -> None:
    service.ctx.settings = service.ctx.settings.model_copy(update={"bot_deadline_s": 60.0})
    service.bot.gate.clear()
    customer = await service.customer("hello")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    await service.ctx.stop()
    service.bot.gate.set()
    service.pass_time(3001)
    await sweep.once(service.ctx)
    service.ctx.scripts.clock_offset = 0
    found = await customer.until(lambda found: len(found["entries"]) == 2)
    assert found["view"]["state"] == "bot"
    assert service.bot.turns[0]["turn"] == service.bot.turns[1]["turn"]


async def test_that_a_turn_nobody_took_up_in_time_goes_to_a_person(service: Running) -> None:
    service.bot.gate.clear()
    customer = await service.customer("hello")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    await service.ctx.stop()
    service.pass_time(60_000)
    await sweep.once(service.ctx)
    await customer.until_state("waiting")


async def test_that_silence_after_a_proposal_closes_it_as_unconfirmed(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    held = await sam.take()
    await sam.call("propose", seen=99, **held)
    service.pass_time(24 * 3_600_000 + 1000)
    await sweep.once(service.ctx)
    found = await customer.read()
    assert (found["view"]["state"], found["view"]["outcome"]) == ("closed", "unconfirmed")


async def test_that_both_sides_see_each_other_type_and_write_at_once(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    held = await sam.take()
    async with (
        customer.socket() as ws,
        service.socket("/api/v1/desk/socket", "http://desk.example", cookie=sam.cookie()) as desk,
    ):
        await frame(desk, "lists", lambda found: len(found["mine"]) == 1)
        await desk.send(json.dumps({"type": "watch", "conversation": held["conversation"], "after": None}))
        await frame(desk, "entries")
        await ws.send(json.dumps({"type": "typing"}))
        assert (await frame(desk, "typing"))["conversation"] == held["conversation"]
        await desk.send(json.dumps({"type": "typing", **held}))
        assert (await frame(ws, "typing"))["name"] == "Sam"
        await desk.send(json.dumps({"type": "reply", "op": op(), "text": "Hello!", "seen": 2, **held}))
        assert (await frame(desk, "done"))["seq"] == 3
        written = await frame(ws, "entries", lambda found: found["entries"][-1]["text"] == "Hello!")
        assert written["entries"][-1]["author"] == {"kind": "agent", "name": "Sam"}


SECRETS = "my password is hunter2, card 4111 1111 1111 1111, code 48291357"


async def test_that_a_secret_is_nowhere_behind_the_door(service: Running, valkey: Valkey) -> None:
    sam = await service.agent()
    customer = await service.customer(SECRETS)
    await customer.until(lambda found: len(found["entries"]) == 2)
    await customer.call("ask_person")
    held = await sam.take()
    await sam.call("reply", text="try the password Tulip77", seen=99, **held)
    await sam.call("note", conversation=held["conversation"], text="her password is Rose1999")
    await sam.call("give_back", text="pw Lily2044", **held)
    stored = b"".join(file.read_bytes() for file in (valkey.data / "appendonlydir").iterdir())
    assert customer.conversation.encode() in stored
    seen = json.dumps(
        [service.bot.turns, await customer.read(), await sam.read(held["conversation"])]
    ).encode()
    for secret in (b"hunter2", b"4111 1111", b"48291357", b"Tulip77", b"Rose1999", b"Lily2044"):
        assert secret not in stored + seen
    assert (await customer.read())["entries"][0]["masked"] == ["card", "password", "code"]


async def test_that_what_a_vanished_agent_left_unanswered_goes_back_to_its_place(service: Running) -> None:
    sam, kim = await service.agent("sam"), await service.agent("kim")
    open_one, answered_one = await service.customer(), await service.customer()
    for customer in (open_one, answered_one):
        await customer.call("ask_person")
    held = [await sam.take(open_one.conversation), await sam.take(answered_one.conversation)]
    await sam.call("reply", text="Hello", seen=99, **held[1])
    due = (await sam.read(open_one.conversation))["view"]["due"]
    service.pass_time(59_000)
    await sweep.once(service.ctx)
    assert (await open_one.read())["view"]["state"] == "agent"
    service.pass_time(2_000)
    await sweep.once(service.ctx)
    assert (await open_one.read())["view"]["state"] == "waiting"
    assert (await answered_one.read())["view"]["state"] == "agent", "parked: nobody waits for it"
    assert (await sam.call("reply", text="too late", seen=99, **held[0])).json()["code"] == "not_yours"
    assert (await kim.lists())["waiting"][0]["due"] == due

    await answered_one.say("one more thing")
    await sweep.once(service.ctx)
    assert (await answered_one.read())["view"]["state"] == "waiting"


async def test_that_answering_the_servers_ask_keeps_the_conversation(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    await sam.take()
    service.pass_time(59_000)
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as desk:
        await frame(desk, "me")
        service.pass_time(30_000)
        seen = service.ctx.reads._keys.presence
        before = await service.ctx.reads._redis.zrange(seen, 0, -1, withscores=True)
        await desk.send(json.dumps({"type": "here", "n": 1}))
        await eventually(
            lambda: service.ctx.reads._redis.zrange(seen, 0, -1, withscores=True), lambda now: now != before
        )
        service.pass_time(40_000)
        await sweep.once(service.ctx)
        assert (await customer.read())["view"]["state"] == "agent"
    service.pass_time(61_000)
    await sweep.once(service.ctx)
    assert (await customer.read())["view"]["state"] == "waiting"


async def test_that_a_person_called_by_button_sees_what_the_bot_saw_and_answered(service: Running) -> None:
    def answer(turn: dict) -> dict:
        said = says("Ask within 14 days.")(turn)
        said["seen"][0]["known"] = [{"kind": "order_number", "value": "PL-88213", "seq": 1}]
        return said

    service.bot.answer = answer
    sam = await service.agent()
    customer = await service.customer("can I return PL-88213")
    await customer.until(lambda found: len(found["entries"]) == 2)
    await customer.call("ask_person")
    held = await sam.take()
    packet = (await sam.read(held["conversation"]))["view"]["packet"]
    assert packet["known"] == [{"kind": "order_number", "value": "PL-88213", "seq": 1}]
    assert packet["tried"] == [{"topic": "refund", "title": "Refund", "seq": 1}]
