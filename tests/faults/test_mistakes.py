"""Mistakes that others have made, each on the real server with what provokes it."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from deploy.local.valkey import Valkey
from handoff_service.app import create_app
from handoff_service.bot_client import read_answer
from handoff_service.domain.agents import Agent, Role
from handoff_service.domain.cursor import START
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import agent_reply, assignment, bot_turn, customer_message, handoff, sweep
from handoff_service.flows.context import Context
from handoff_service.settings import Settings
from handoff_service.store.people import new_agent
from tests.support.proxy import Proxy
from tests.support.service import (
    DESK,
    Customer,
    Running,
    ScriptedBot,
    eventually,
    frame,
    hands_over,
    op,
    serving,
)


async def _opened(ctx: Context, number: int) -> str:
    id_ = f"c_{number:032x}"
    given = {"token_hash": "", "widget": "", "channel": "widget", "page": ""}
    await ctx.scripts.run("open_conversation", id=id_, **given)
    return id_


async def insist(call: Callable[[str], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """As a client does that was told to send it again: the same operation, until it is answered."""
    same = op()
    while True:
        try:
            return await call(same)
        except Refusal as refusal:
            if refusal.code != "store_unavailable":
                raise


async def test_1_that_a_late_answer_changes_nothing_for_the_customer(service: Running) -> None:
    sam = await service.agent()
    service.bot.gate.clear()
    service.bot.answer = hands_over("anger", None)
    customer = await service.customer("hello")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    await customer.call("ask_person")
    held = await sam.take()
    await sam.call("give_back", **held)
    before = (await customer.read())["entries"]
    service.bot.gate.set()
    found = await eventually(lambda: sam.read(held["conversation"]), lambda found: found["notes"])
    assert [note["event"] for note in found["notes"]] == ["late_answer"]
    assert (await customer.read())["entries"] == before
    assert len((await sam.lists())["waiting"]) == 1


async def test_2_that_a_lost_answer_of_the_store_is_one_operation(valkey: Valkey, settings: Settings) -> None:
    """A thousand claims, appends and releases, every 7th answer lost on its way back."""
    async with Proxy(valkey.url).running() as proxy:
        settings = settings.model_copy(
            update={"redis_url": settings.redis_url.__class__(proxy.url), "capacity": 50}
        )
        async with serving(settings, ScriptedBot()) as service:
            ctx = service.ctx
            agents = [new_agent(f"agent{n}", "", "agent", []) for n in range(4)]  # type: ignore[arg-type]
            talks = [await _opened(ctx, number) for number in range(100)]
            for talk in talks:
                await handoff.ask_person(ctx, talk, op())
            proxy.lose_every = 7

            async def work(agent: Agent, told: dict[str, int]) -> None:
                for _ in range(25):
                    await serve(agent, told)

            async def serve(agent: Agent, told: dict[str, int]) -> None:
                held = await insist(lambda op: assignment.take(ctx, agent, op, None))
                talk, fence = held["conversation"], held["fence"]
                for number in range(6):
                    told[f"{talk} {number}"] = await reply(agent, talk, fence, str(number))
                await insist(lambda op: customer_message.say(ctx, talk, op, "more"))
                await insist(lambda op: assignment.give_back(ctx, agent, op, talk, fence, ""))

            async def reply(agent: Agent, talk: str, fence: str, text: str) -> int:
                said = await insist(lambda op: agent_reply.reply(ctx, agent, op, talk, fence, text, 99))
                return int(said["seq"])

            told: dict[str, int] = {}
            await asyncio.gather(*(work(agent, told) for agent in agents))
            proxy.lose_every = 0
            assert proxy.lost > 100
            for talk in talks:
                read = await ctx.reads.conversation(talk, after=START)
                assert [entry.seq for entry in read.entries] == list(range(1, len(read.entries) + 1))
                said = [(entry.text, entry.seq) for entry in read.entries if entry.kind == "agent"]
                assert len(
                    {entry.body["client_id"] for entry in read.entries if entry.kind == "agent"}
                ) == len(said)
                for text, seq in said[-6:]:
                    assert told[f"{talk} {text}"] == seq
                assert read.fields["state"] == "waiting"
            for agent in agents:
                assert await ctx.reads.load(agent.id) == {"busy": 0, "offered": 0, "wants_offers": False}
                assert await ctx.reads.owned(agent.id) == []


async def test_3_that_nothing_is_missed_between_the_first_read_and_the_subscription(
    valkey: Valkey, settings: Settings
) -> None:
    async with Proxy(valkey.url).running() as proxy:
        proxy.delay_s = 0.005
        settings = settings.model_copy(update={"redis_url": settings.redis_url.__class__(proxy.url)})
        async with serving(settings, ScriptedBot()) as service:
            customer = await service.customer()
            await customer.call("ask_person")
            agent = new_agent("sam", "Sam", Role.AGENT, [])
            held = await assignment.take(service.ctx, agent, op(), None)

            async def write() -> None:
                for number in range(300):
                    await agent_reply.reply(
                        service.ctx, agent, op(), customer.conversation, held["fence"], str(number), 99
                    )

            writing = asyncio.create_task(write())
            seen: list[str] = []
            async with customer.socket() as ws, asyncio.timeout(20):
                while len(seen) < 300:
                    entries = (await frame(ws, "entries"))["entries"]
                    seen += [entry["text"] for entry in entries if entry["author"]["kind"] == "agent"]
            await writing
            assert seen == [str(number) for number in range(300)]


async def test_6_that_an_answer_whose_replica_died_before_it_was_stored_comes_once(
    service: Running, settings: Settings
) -> None:
    """The first replica asked the bot and died with the answer in its hands; another asks again, same turn."""
    settings.bot_deadline_s = 8
    dying = create_app(settings, bot_transport=(asked := ScriptedBot())).state.ctx
    dying.spawn = lambda work: work.close()
    service.bot.answer = asked.answer = hands_over()
    customer = await service.customer()
    await customer_message.say(dying, customer.conversation, op(), "others see my messages")
    turn = (await dying.reads.fields(customer.conversation))["turn"]
    request = await bot_turn._request(dying, customer.conversation, turn, 1.0)
    assert request
    answer = read_answer(json.dumps(asked.answer(request.model_dump())).encode(), request)
    await eventually(customer.read, lambda found: found["view"]["state"] == "waiting", within_s=10)
    # And the dead one's commit arrives after all, twice.
    for _ in range(2):
        await bot_turn._commit(dying, customer.conversation, answer)
    assert [one["turn"] for one in service.bot.turns] == [turn]
    found = await customer.read()
    assert [entry["author"]["kind"] for entry in found["entries"]] == ["customer", "system"]
    sam = await service.agent()
    assert len((await sam.lists())["waiting"]) == 1
    view = (await sam.read(customer.conversation))["view"]
    assert [len(reason["evidence"]) for reason in view["reasons"]] == [1]


async def test_9_that_one_of_two_tabs_closed_leaves_the_conversation_owned(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    await sam.take()
    path, cookie = "/api/v1/desk/socket", sam.cookie()
    async with service.socket(path, DESK, cookie=cookie) as stays:
        async with service.socket(path, DESK, cookie=cookie) as goes:
            await frame(goes, "me")
        await frame(stays, "me")
        for _ in range(4):
            service.pass_time(40_000)
            await stays.send(json.dumps({"type": "here", "n": 1}))
            await asyncio.sleep(0.1)
            await sweep.once(service.ctx)
            assert (await customer.read())["view"]["agent"] == {"name": "Sam"}


async def test_9_that_at_the_end_of_a_shift_nothing_answered_is_before_a_fresh_security_report(
    service: Running, settings: Settings
) -> None:
    settings.capacity = 30
    sam = await service.agent()
    for number in range(20):
        conversation = await _opened(service.ctx, number)
        await handoff.ask_person(service.ctx, conversation, op())
        held = await sam.take(conversation)
        await sam.call("reply", text="I have looked into it.", seen=99, **held)
        service.pass_time(60_000)
        assert (await sam.call("give_back", **held)).status_code == 200
    fresh = await service.customer()
    await fresh.call("report_security", what="I see other companies' messages", since="today")
    lists = await sam.lists()
    assert [card["conversation"] for card in lists["waiting"]] == [fresh.conversation]
    assert len(lists["parked"]) == 20
    assert (await sam.take())["conversation"] == fresh.conversation


async def test_10_that_two_hundred_takes_at_once_never_exceed_capacity(
    service: Running, settings: Settings
) -> None:
    async with serving(settings, ScriptedBot()) as second:
        for number in range(40):
            await handoff.ask_person(service.ctx, await _opened(service.ctx, number), op())
        agent = new_agent("sam", "Sam", Role.AGENT, [])

        async def take(number: int) -> str:
            try:
                await assignment.take((service, second)[number % 2].ctx, agent, op(), None)
                return "taken"
            except Refusal as refusal:
                return refusal.code

        results = await asyncio.gather(*(take(number) for number in range(200)))
        assert results.count("taken") == settings.capacity
        assert set(results) == {"taken", "no_capacity"}
        assert (await service.ctx.reads.load(agent.id))["busy"] == settings.capacity


async def test_11_that_no_byte_of_a_note_reaches_the_customer(service: Running) -> None:
    canary = "canary-" + secrets.token_hex(8)
    sam, kim = await service.agent("sam"), await service.agent("kim")
    customer = await service.customer()
    seen = ""
    async with customer.socket() as ws:

        async def listen() -> None:
            nonlocal seen
            async for message in ws:
                seen += str(message)

        listening = asyncio.create_task(listen())
        await customer.call("ask_person")
        held = await sam.take()
        await sam.call("note", conversation=customer.conversation, text=f"note {canary}")
        await sam.call("give_back", text=f"given back {canary}", **held)
        held = await sam.take()
        people = (await sam.http.get("/api/v1/desk/people")).json()["people"]
        to = next(one["id"] for one in people if one["name"] == "Kim")
        assert (await sam.call("transfer", to=to, text=f"passed on {canary}", **held)).status_code == 200
        held = await kim.take(customer.conversation)
        await kim.call("to_bot", text=f"to the bot {canary}", **held)
        await customer.say("and now?")
        await customer.until(lambda found: found["entries"][-1]["author"]["kind"] == "bot")
        await asyncio.sleep(0.1)
        listening.cancel()
    headers = {"Authorization": f"Bearer {customer.token}"}
    async with service.http() as http:
        for path in ("", "/transcript"):
            seen += (
                await http.get(f"/api/v1/conversations/{customer.conversation}{path}", headers=headers)
            ).text
    seqs = [entry["seq"] for entry in (await customer.read())["entries"]]
    assert "and now?" in seen and canary not in seen
    assert seqs == list(range(1, len(seqs) + 1))
    assert json.dumps((await kim.read(customer.conversation))["notes"]).count(canary) == 4


async def test_15_that_the_first_proposals_timer_does_not_close_the_second(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    held = await sam.take()
    for hours in (23, 2):
        await sam.call("propose", seen=99, **held)
        if hours == 23:
            proposal = (await customer.read())["view"]["proposal"]["id"]
            await customer.call("answer_proposal", proposal=proposal, solved=False)
        service.pass_time(hours * 3_600_000)
    await sweep.once(service.ctx)
    assert (await customer.read())["view"]["state"] == "confirming"
    service.pass_time(23 * 3_600_000)
    await sweep.once(service.ctx)
    assert (await customer.read())["view"]["outcome"] == "unconfirmed"


async def test_16_that_customer_and_agent_may_use_the_same_id_but_nobody_for_another_text(
    service: Running,
) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("ask_person")
    held, same = await sam.take(), op()
    first = await customer.call("say", text="mine", op=same)
    second = await sam.call("reply", text="his", seen=99, op=same, **held)
    assert second.json()["seq"] == first.json()["seq"] + 1
    for again in (
        customer.call("say", text="other", op=same),
        sam.call("reply", text="other", seen=99, op=same, **held),
    ):
        assert (await again).json()["code"] == "other_text"
    assert (await customer.call("say", text="mine", op=same)).json() == first.json()


@pytest.mark.parametrize(("kind", "lane"), [("incident", "security"), ("question", "general")])
async def test_17_that_a_late_packet_joins_the_one_place_in_line(
    service: Running, kind: str, lane: str
) -> None:
    service.bot.gate.clear()
    service.bot.answer = hands_over("security", kind)
    sam = await service.agent()
    customer: Customer = await service.customer("others see my messages")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    turn = (await service.ctx.reads.fields(customer.conversation))["turn"]
    await handoff.bot_failed(service.ctx, customer.conversation, turn, "timed_out")
    service.bot.gate.set()

    def arrived(lists: dict) -> bool:
        return (
            len(lists["waiting"]) == 1
            and lists["waiting"][0]["lane"] == lane
            and len(lists["waiting"][0]["reasons"]) == 2
        )

    await eventually(sam.lists, arrived)
    view = (await sam.read(customer.conversation))["view"]
    assert {reason["reason"] for reason in view["reasons"]} == {"bot_failed", "security"}
    assert view["packet"]["known"] == [{"kind": "plan", "value": "Pro", "seq": 1}]
    assert [entry["author"]["kind"] for entry in (await customer.read())["entries"]] == ["customer", "system"]
