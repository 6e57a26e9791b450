"""Every state beside the straight way: through the public API, with a scripted bot."""

import asyncio
import json
import time

import pytest

from handoff_service.domain.agents import Role
from handoff_service.flows import assignment, handoff, sweep
from handoff_service.settings import Settings
from tests.support.service import (
    DESK,
    Customer,
    Desk,
    Running,
    eventually,
    frame,
    hands_over,
    op,
    says,
)

MINUTE, HOUR = 60_000, 3_600_000
INCIDENT = {
    "signal": "security",
    "kind": "incident",
    "score": 0.97,
    "evidence": [{"rule": "model", "words": "someone else is logged in", "seq": 3}],
}


async def with_agent(service: Running, login: str = "sam") -> tuple[Customer, Desk, dict[str, str]]:
    desk = await service.agent(login)
    customer = await service.customer()
    await customer.call("ask_person")
    await customer.say("I need a hand")
    return customer, desk, await desk.take(customer.conversation)


async def refused(answer: object) -> str:
    response = await answer  # type: ignore[misc]
    assert response.status_code >= 400, response.text
    code: str = response.json()["code"]
    return code


async def alarms(boss: Desk) -> list[str]:
    return [alarm["what"] for alarm in (await boss.lists())["alarms"]]


async def test_that_the_red_button_needs_no_bot_and_keeps_its_word(service: Running) -> None:
    service.bot.ready = False
    sam = await service.agent()
    customer = await service.customer()
    once = {"op": op(), "what": "Strangers post as us. My password is hunter2!x", "since": "Monday"}
    first = await customer.call("report_security", **once)
    assert first.json() == (await customer.call("report_security", **once)).json() == {"seq": 1}
    found = await customer.read()
    said = found["entries"][0]["text"]
    assert said == "Security report: Strangers post as us. My password is [password hidden]\nSince: Monday"
    assert "every 12 hours" in found["entries"][1]["text"]
    assert found["view"]["next_word"] - found["entries"][0]["time"] == pytest.approx(12 * HOUR, abs=2000)
    (card,) = (await sam.lists())["waiting"]
    assert (card["lane"], card["due"] - card["unanswered"]["since"]) == ("security", 2 * MINUTE)
    packet = (await sam.read(customer.conversation))["view"]["packet"]
    assert packet["summary"][0].startswith("Security report")


async def test_that_a_message_to_people_is_scored_and_an_incident_changes_lanes(service: Running) -> None:
    kim = await service.agent("kim", skills=())
    sam = await service.agent("sam")
    service.bot.signals = lambda text: [INCIDENT] if "logged in" in text else []
    customer = await service.customer()
    await customer.call("ask_person")
    await customer.say("my invoice is wrong")
    await eventually(sam.lists, lambda lists: lists["waiting"])
    assert (await kim.lists())["waiting"]
    await customer.say("and someone else is logged in as me")
    lists = await eventually(sam.lists, lambda lists: lists["waiting"][0]["lane"] == "security")
    reasons = {reason["reason"]: reason for reason in lists["waiting"][0]["reasons"]}
    assert reasons["security"]["evidence"] == INCIDENT["evidence"]
    assert (await kim.lists())["waiting"] == []
    assert (await customer.read())["view"]["next_word"]
    assert service.bot.turns == [], "nothing is answered"


async def test_that_an_incident_is_flagged_to_the_agent_who_has_it(service: Running) -> None:
    kim = await service.agent("kim", skills=())
    customer = await service.customer()
    await customer.call("ask_person")
    held = await kim.take()
    service.bot.signals = lambda text: [INCIDENT]
    await customer.say("someone else is logged in")
    found = await eventually(
        lambda: kim.read(held["conversation"]), lambda found: found["view"]["lane"] == "security"
    )
    assert found["view"]["owner"]["name"] == "Kim"
    assert (await kim.call("reply", text="I get a colleague.", seen=99, **held)).status_code == 200


async def test_that_a_message_no_bot_could_score_is_scored_once_there_is_one(service: Running) -> None:
    sam = await service.agent()
    service.bot.ready = False
    await eventually(lambda: asyncio.sleep(0, service.ctx.bot.status), lambda status: status != "ready")
    customer = await service.customer()
    await customer.call("ask_person")
    service.bot.signals = lambda text: [INCIDENT]
    await customer.say("someone else is logged in")
    await asyncio.sleep(0.1)
    assert (await sam.lists())["waiting"][0]["lane"] == "general"
    service.bot.ready = True
    await eventually(lambda: asyncio.sleep(0, service.ctx.bot.status), lambda status: status == "ready")
    service.pass_time(6_000)
    await eventually(sam.lists, lambda lists: lists["waiting"][0]["lane"] == "security")
    service.pass_time(6_000)
    await sweep.once(service.ctx)
    assert len(service.bot.parses) == 1, "scored once is enough"


async def test_that_a_message_whose_turn_was_given_up_is_scored_too(service: Running) -> None:
    sam = await service.agent()
    service.bot.answer = lambda turn: 500
    service.bot.signals = lambda text: [INCIDENT]
    await service.customer("someone else is logged in")
    lists = await eventually(sam.lists, lambda lists: lists["waiting"])
    assert lists["waiting"][0]["lane"] == "general"
    service.pass_time(6_000)
    await eventually(sam.lists, lambda lists: lists["waiting"][0]["lane"] == "security")


async def test_that_what_goes_back_to_the_bot_brings_the_human_stretch(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("reply", text="It is on its way.", seen=99, **held)
    await customer.say("thanks, and how do I invite somebody?")
    service.bot.answer = says("From the settings.")
    assert (await sam.call("to_bot", text="only an FAQ left", **held)).json() == {"state": "bot"}
    found = await customer.until(lambda found: found["entries"][-1]["text"] == "From the settings.")
    assert found["view"]["state"] == "bot"
    (turn,) = service.bot.turns
    assert [said["text"] for said in turn["messages"]] == ["thanks, and how do I invite somebody?"]
    assert [said["text"] for said in turn["happened"]] == ["I need a hand", "It is on its way."]
    assert await refused(sam.call("reply", text="one more", seen=99, **held)) == "not_yours"


async def test_that_an_incident_never_goes_back_to_the_bot(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("report_security", what="Strangers post as us")
    held = await sam.take()
    assert await refused(sam.call("to_bot", **held)) == "wrong_move"
    assert (await sam.call("transfer", lane="general", text="a misunderstanding", **held)).status_code == 200
    held = await sam.take()
    assert (await sam.call("to_bot", **held)).status_code == 200


async def test_that_a_colleague_is_asked_first_for_what_was_passed_on(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    kim = await service.agent("kim")
    people = {one["name"]: one for one in (await sam.http.get("/api/v1/desk/people")).json()["people"]}
    assert await refused(sam.call("transfer", to="a_nobody", text="x", **held)) == "bad_person"
    assert await refused(sam.call("transfer", to=people["Kim"]["id"], text=" ", **held)) == "text_blank"
    await sam.call("transfer", to=people["Kim"]["id"], text="speaks Polish, like you", **held)
    (card,) = (await kim.lists())["waiting"]
    assert (card["reserved"]["for"], card["reserved"]["offered"]) == (people["Kim"]["id"], False)
    assert await refused(sam.call("take", conversation=customer.conversation)) == "taken"
    assert await refused(sam.call("take")) == "line_empty"
    service.pass_time(MINUTE + 1000)
    await sam.take(customer.conversation)
    found = await sam.read(customer.conversation)
    assert [note["text"] for note in found["notes"]] == ["speaks Polish, like you"]


async def test_that_a_transfer_to_the_security_lane_is_an_incident_with_its_clock(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("reply", text="Let me look.", seen=99, **held)
    await sam.call("transfer", lane="security", text="the export holds other customers", **held)
    (card,) = (await sam.lists())["waiting"]
    assert card["lane"] == "security"
    assert card["due"], "an incident is not parked, even if its last message was answered"
    assert (await customer.read())["view"]["next_word"]


async def test_that_what_is_offered_holds_a_slot_until_it_is_accepted_declined_or_late(
    service: Running, settings: Settings
) -> None:
    settings.capacity = 1
    sam = await service.agent()
    assert (await sam.call("offers", on=True)).json() == {"on": True}
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        await frame(ws, "me")
        one, two = await service.customer(), await service.customer()
        await one.call("ask_person")
        await two.call("ask_person")
        lists = await frame(ws, "lists", lambda lists: lists["load"]["offered"])
        assert lists["load"] == {"capacity": 1, "busy": 0, "offered": 1, "wants_offers": True}
        first = next(card for card in lists["waiting"] if card["reserved"])
        assert (first["conversation"], first["reserved"]["offered"]) == (one.conversation, True)
        assert await refused(sam.call("take", conversation=two.conversation)) == "no_capacity"
        held = await sam.take(one.conversation)
        assert (await sam.lists())["load"]["offered"] == 0
        await sam.call("reply", text="Hello", seen=99, **held)
        await frame(ws, "lists", lambda lists: lists["load"]["offered"])
        assert (await sam.call("decline", conversation=two.conversation)).json() == {"declined": True}
        assert (await sam.lists())["load"]["wants_offers"] is False
        await sam.call("offers", on=True)
        await frame(ws, "lists", lambda lists: lists["load"]["offered"])
        service.pass_time(31_000)
        lists = await eventually(sam.lists, lambda lists: not lists["load"]["offered"])
        assert lists["load"]["wants_offers"] is False, "who is not there is not asked again and again"
        # The lists are several reads: the cards are read again, after the offer is gone.
        assert (await sam.lists())["waiting"][0]["reserved"] is None


async def test_that_a_snooze_ends_by_its_time_or_by_the_customers_word(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    until = int(time.time() * 1000) + HOUR
    assert await refused(sam.call("snooze", until=until, **held)) == "unread"
    await sam.call("reply", text="The bank answers tomorrow.", seen=99, **held)
    assert await refused(sam.call("snooze", until=1000, **held)) == "bad_time"
    assert (await sam.call("snooze", until=until, **held)).json() == {"until": until}
    card = (await sam.lists())["mine"][0]
    assert (card["snoozed_until"], card["due"]) == (until, None)
    await customer.say("any news?")
    card = (await sam.lists())["mine"][0]
    assert card["snoozed_until"] is None and card["due"]
    await sam.call("reply", text="Not yet.", seen=99, **held)
    await sam.call("snooze", until=until, **held)
    service.pass_time(HOUR + 1000)
    card = (await eventually(sam.lists, lambda lists: lists["mine"][0]["woken"]))["mine"][0]
    assert card["snoozed_until"] is None and card["due"] is None


async def test_that_a_promised_word_is_shown_to_both_and_rings_when_it_is_late(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    boss = await service.agent("ida", Role.SUPERVISOR, ())
    await sam.call("reply", text="I ask the bank.", seen=99, **held)
    at = int(time.time() * 1000) + 2 * HOUR
    assert (await sam.call("promise", at=at, **held)).json() == {"at": at}
    found = await customer.read()
    assert (found["view"]["next_word"], found["entries"][-1]["event"]) == (at, "promised")
    assert (await sam.lists())["mine"][0]["next_word"] == at
    assert await alarms(boss) == []
    service.pass_time(2 * HOUR + 1000)
    assert (await eventually(boss.lists, lambda lists: lists["alarms"]))["alarms"][0]["what"] == "word"
    assert "alarms" not in await sam.lists(), "for supervisors only"
    await sam.call("reply", text="The bank says yes.", seen=99, **held)
    assert await alarms(boss) == []
    assert (await customer.read())["view"]["next_word"] is None


async def test_that_about_security_every_word_promises_the_next_within_twelve_hours(service: Running) -> None:
    sam, boss = await service.agent(), await service.agent("ida", Role.SUPERVISOR, ())
    customer = await service.customer()
    await customer.call("report_security", what="Strangers post as us")
    held = await sam.take()
    service.pass_time(HOUR)
    await sam.call("reply", text="We have locked the account.", seen=99, **held)
    now = await service.ctx.scripts.now()
    assert (await customer.read())["view"]["next_word"] == pytest.approx(now + 12 * HOUR, abs=2000)
    assert await refused(sam.call("promise", at=now + 13 * HOUR, **held)) == "bad_time"
    assert (await sam.call("promise", at=now + 3 * HOUR, **held)).status_code == 200
    await sam.call("propose", seen=99, **held)
    assert (await customer.read())["view"]["next_word"], "also while it is open whether it is solved"
    service.pass_time(13 * HOUR)
    assert "word" in await eventually(lambda: alarms(boss), bool)


async def test_that_supervisors_hear_of_three_give_backs_and_of_late_answers(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    boss = await service.agent("ida", Role.SUPERVISOR, ())
    for _ in range(3):
        assert await alarms(boss) == []
        await sam.call("give_back", **held)
        held = await sam.take()
    assert await alarms(boss) == ["given_back"]
    service.pass_time(11 * MINUTE)
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        await frame(ws, "me")
        assert set(await eventually(lambda: alarms(boss), lambda rings: len(rings) == 2)) == {
            "given_back",
            "overdue",
        }
        held["fence"] = (await sam.read(customer.conversation))["view"].get("fence", held["fence"])
        if (await customer.read())["view"]["state"] == "waiting":
            held = await sam.take()
        await sam.call("reply", text="Sorry for the wait.", seen=99, **held)
    assert await alarms(boss) == []


async def test_that_an_incident_nobody_on_duty_may_take_rings_until_somebody_may(service: Running) -> None:
    boss = await service.agent("ida", Role.SUPERVISOR, ())
    await service.agent("kim", skills=())
    sam = await service.agent("sam")
    customer = await service.customer()
    await customer.call("report_security", what="Strangers post as us")
    await eventually(lambda: alarms(boss), lambda rings: rings == ["incident_alone"])
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        await frame(ws, "me")
        await eventually(lambda: alarms(boss), lambda rings: rings == [])


async def test_that_spam_is_closed_told_and_undone_by_a_supervisor(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    boss = await service.agent("ida", Role.SUPERVISOR, ())
    due = (await sam.lists())["mine"][0]["due"]
    assert (await sam.call("unwanted", outcome="spam", text="sells shoes", **held)).json() == {
        "state": "closed"
    }
    found = await customer.read()
    assert (found["view"]["outcome"], found["entries"][-1]["event"]) == ("spam", "unwanted")
    again = {"conversation": customer.conversation}
    assert await refused(sam.call("undo_unwanted", **again)) == "not_allowed"
    assert (await boss.call("undo_unwanted", **again)).json() == {"state": "waiting"}
    (card,) = (await boss.lists())["waiting"]
    assert card["due"] == due, "at the place it had"
    assert "by mistake" in (await customer.read())["entries"][-1]["text"]
    assert await refused(boss.call("undo_unwanted", **again)) == "wrong_move"


async def test_that_who_was_closed_as_spam_finds_a_person_one_click_away(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("unwanted", outcome="abuse", **held)
    await customer.say("hello again")
    assert (await customer.read())["view"]["state"] == "bot", "not back to the one who closed it"
    await customer.call("ask_person")
    assert (await customer.read())["view"]["state"] == "waiting"


async def test_that_silence_with_the_bot_closes_after_the_announced_time(service: Running) -> None:
    customer = await service.customer("how do refunds work")
    found = await customer.until(lambda found: len(found["entries"]) == 2)
    assert found["view"]["closes_at"] == found["entries"][-1]["time"] + 24 * HOUR
    service.pass_time(24 * HOUR + 1000)
    found = await customer.until_state("closed")
    assert (found["view"]["outcome"], found["entries"][-1]["event"]) == ("idle", "idle")
    await customer.say("one more thing")
    assert (await customer.read())["view"]["state"] == "bot"


async def test_that_no_while_the_agent_has_gone_waits_for_the_same_agent_first(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    kim = await service.agent("kim")
    await sam.call("propose", seen=99, **held)
    proposal = (await customer.read())["view"]["proposal"]["id"]
    service.pass_time(2 * HOUR)
    await customer.call("answer_proposal", proposal=proposal, solved=False)
    assert (await customer.read())["view"]["state"] == "waiting"
    assert await refused(kim.call("take")) == "line_empty"
    await sam.take(customer.conversation)


async def test_that_no_is_before_everything_that_came_later(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("propose", seen=99, **held)
    proposal = (await customer.read())["view"]["proposal"]["id"]
    await customer.call("answer_proposal", proposal=proposal, solved=False)
    card = (await sam.lists())["mine"][0]
    assert card["due"] == card["unanswered"]["since"], "due now"


async def test_that_doubt_waits_for_the_rest_of_the_sentence_and_an_answer_does_not(
    service: Running, settings: Settings
) -> None:
    settings.hold_s = 0.6
    settings.bot_deadline_s = 5
    service.bot.answer = hands_over("uncertainty", None)
    customer = await service.customer("it does not")
    await eventually(lambda: asyncio.sleep(0, service.bot.turns), bool)
    await asyncio.sleep(0.2)
    assert (await customer.read())["view"]["state"] == "bot"
    service.bot.answer = says("Reset it like this.")
    started = time.monotonic()
    await customer.say("let me reset my password")
    found = await customer.until(lambda found: len(found["entries"]) == 3)
    assert time.monotonic() - started < 0.5
    await asyncio.sleep(0.8)
    assert (await customer.read())["entries"] == found["entries"], "the doubt about the half is gone"
    assert [said["text"] for said in service.bot.turns[1]["messages"]] == [
        "it does not",
        "let me reset my password",
    ]


async def test_that_a_turn_waits_a_little_for_a_customer_who_types_on(
    service: Running, settings: Settings
) -> None:
    customer = await service.customer()
    id_ = customer.conversation
    await service.ctx.taps.typing(id_, "customer", "Customer")
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await service.ctx.taps.until_quiet(id_, 0.4)
    assert 0.3 < time.monotonic() - started < 1.0
    service.ctx.taps.said(id_)
    started = time.monotonic()
    await service.ctx.taps.until_quiet(id_, 0.4)
    assert time.monotonic() - started < 0.1


async def test_that_the_transcript_can_be_kept(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("reply", text="Here is how.", seen=99, **held)
    async with service.http() as http:
        path = f"/api/v1/conversations/{customer.conversation}/transcript"
        kept = await http.get(path, headers={"Authorization": f"Bearer {customer.token}"})
        assert (await http.get(path)).status_code == 404
    assert kept.headers["content-type"].startswith("text/plain")
    assert "  You\nI need a hand\n" in kept.text
    assert "  Sam\nHere is how.\n" in kept.text


async def test_that_supervisors_see_what_colleagues_have(service: Running) -> None:
    customer, sam, _ = await with_agent(service)
    boss = await service.agent("ida", Role.SUPERVISOR, ())
    assert [card["conversation"] for card in (await boss.lists())["others"]] == [customer.conversation]
    assert "others" not in await sam.lists()


async def test_that_a_parked_conversation_is_in_no_line_but_can_be_found(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    await sam.call("reply", text="Done.", seen=99, **held)
    await sam.call("give_back", **held)
    lists = await sam.lists()
    assert (lists["waiting"], [card["conversation"] for card in lists["parked"]]) == (
        [],
        [customer.conversation],
    )
    assert (await customer.read())["view"]["line"] == {"position": None, "expected_by": None}
    await customer.say("still broken")
    assert [card["conversation"] for card in (await sam.lists())["waiting"]] == [customer.conversation]


async def test_that_a_socket_is_closed_when_it_is_logged_out_elsewhere(service: Running) -> None:
    sam = await service.agent()
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        await frame(ws, "lists")
        await sam.http.delete("/api/v1/desk/session")
        assert (await frame(ws, "bye"))["code"] == "not_logged_in"


async def test_that_changed_rights_close_the_sockets_and_give_back_what_may_not_be_kept(
    service: Running,
) -> None:
    customer, sam, held = await with_agent(service)
    admin = await service.agent("root", Role.ADMIN, ())
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        await frame(ws, "lists")
        changed = await admin.http.patch("/api/v1/desk/accounts/sam", json={"skills": []})
        assert changed.json()["account"]["skills"] == []
        assert (await frame(ws, "bye"))["code"] == "rights_changed"
    async with service.socket("/api/v1/desk/socket", DESK, cookie=sam.cookie()) as ws:
        assert (await frame(ws, "me"))["agent"]["skills"] == []
        await admin.http.patch("/api/v1/desk/accounts/sam", json={"disabled": True})
        assert (await frame(ws, "bye"))["code"] == "not_logged_in"
    found = await customer.until_state("waiting")
    assert found["entries"][-1]["event"] == "left"
    assert (await sam.http.get("/api/v1/desk/session")).status_code == 401
    login = {"name": "sam", "password": "correct horse battery"}
    assert (await sam.http.post("/api/v1/desk/session", json=login)).json()["code"] == "bad_login"
    await admin.http.patch("/api/v1/desk/accounts/sam", json={"disabled": False})
    assert (await sam.http.post("/api/v1/desk/session", json=login)).status_code == 200
    assert await refused(sam.call("reply", text="still mine?", seen=99, **held)) == "not_yours"


async def test_that_people_are_added_changed_and_keep_one_admin(service: Running) -> None:
    admin = await service.agent("root", Role.ADMIN, ())
    made = (
        await admin.http.post(
            "/api/v1/desk/accounts", json={"login": "kim", "name": "Kim", "role": "trainer"}
        )
    ).json()
    assert made["account"] == {
        "id": made["account"]["id"], "login": "kim", "name": "Kim", "role": "trainer", "skills": [], "disabled": False,
    }  # fmt: skip
    again = await admin.http.post("/api/v1/desk/accounts", json={"login": "kim"})
    assert again.json()["code"] == "bad_person"
    kim = service.http(DESK)
    service.desks.append(kim)
    login = {"name": "kim", "password": made["password"]}
    assert (await kim.post("/api/v1/desk/session", json=login)).status_code == 200
    new = "a better password"
    wrong = {"current": "not it at all", "new": new}
    assert (await kim.post("/api/v1/desk/session/password", json=wrong)).json()["code"] == "bad_login"
    short = {"current": made["password"], "new": "short"}
    assert (await kim.post("/api/v1/desk/session/password", json=short)).json()["code"] == "bad_person"
    right = {"current": made["password"], "new": new}
    assert (await kim.post("/api/v1/desk/session/password", json=right)).status_code == 204
    assert (await kim.get("/api/v1/desk/session")).status_code == 401, "every session has ended"
    assert (await kim.post("/api/v1/desk/session", json=login | {"password": new})).status_code == 200
    reset = await admin.http.patch("/api/v1/desk/accounts/kim", json={"new_password": True, "role": "agent"})
    assert reset.json()["account"]["role"] == "agent" and len(reset.json()["password"]) >= 12
    last = await admin.http.patch("/api/v1/desk/accounts/root", json={"role": "agent"})
    assert last.json()["code"] == "bad_person"


async def test_that_a_trainer_sees_no_conversation(service: Running) -> None:
    customer, _, _ = await with_agent(service)
    trainer = await service.agent("tess", Role.TRAINER, ("security",))
    assert (await trainer.http.get(f"/api/v1/desk/conversations/{customer.conversation}")).status_code == 404
    lists = await trainer.lists()
    assert [lists[name] for name in ("waiting", "parked", "mine", "closed")] == [[], [], [], []]
    assert await refused(trainer.call("take")) == "line_empty"
    async with service.socket("/api/v1/desk/socket", DESK, cookie=trainer.cookie()) as ws:
        await frame(ws, "me")
        await ws.send(json.dumps({"type": "here", "n": 1}))
        await asyncio.sleep(0.1)
        people = (await trainer.http.get("/api/v1/desk/people")).json()["people"]
        assert not any(one["present"] for one in people if one["name"] == "Tess")


async def test_that_what_is_wrong_with_one_conversation_keeps_no_other_waiting(service: Running) -> None:
    customer, sam, _ = await with_agent(service)
    boss = await service.agent("boss", Role.SUPERVISOR)
    scripts, keys = service.ctx.scripts, service.ctx.reads._keys
    await scripts._redis.zadd(keys.timers, {"confirm nowhere": 0})
    service.pass_time(HOUR)
    await sam.lists()
    await sweep.once(service.ctx)
    assert await alarms(boss) == ["overdue"], customer.conversation


async def test_that_an_offer_nobody_took_costs_whoever_takes_it_a_slot(service: Running) -> None:
    sam, kim = await service.agent("sam"), await service.agent("kim")
    for _ in range(service.ctx.settings.capacity):
        await (await service.customer()).call("ask_person")
        await sam.take()
    late = await service.customer()
    await late.call("ask_person")
    await kim.http.post("/api/v1/desk/calls", json={"type": "offers", "op": op(), "on": True})
    kim_id = (await kim.http.get("/api/v1/desk/session")).json()["agent"]["id"]
    agent = next(one for one in await service.ctx.people.all() if one.id == kim_id)
    await service.ctx.people.seen(agent, await service.ctx.scripts.now())
    await assignment.offer(service.ctx)
    assert (await kim.read(late.conversation))["view"]["reserved"]["offered"]
    service.pass_time(service.ctx.settings.accept_s * 1000 + 1)
    assert await refused(sam.call("take", conversation=late.conversation)) == "no_capacity"


async def test_that_a_reply_does_not_answer_a_no_that_it_had_not_seen(service: Running) -> None:
    customer, sam, held = await with_agent(service)
    seen = (await sam.read(customer.conversation))["entries"][-1]["seq"]
    await sam.call("propose", text="Is it solved?", seen=seen, **held)
    found = await customer.read()
    seen = found["entries"][-1]["seq"]
    # The agent is there: it goes back to them.
    agent = next(iter(await service.ctx.people.all()))
    await service.ctx.people.seen(agent, await service.ctx.scripts.now())
    await customer.call("answer_proposal", proposal=found["view"]["proposal"]["id"], solved=False)
    before = (await sam.read(customer.conversation))["view"]
    assert (await sam.call("reply", text="One more thing.", seen=seen, **held)).status_code == 200
    after = (await sam.read(customer.conversation))["view"]
    assert before["unanswered"]
    assert (after["unanswered"], after["due"]) == (before["unanswered"], before["due"])


async def test_that_an_incident_is_not_kept_for_a_colleague_who_may_not_take_it(service: Running) -> None:
    await service.agent("kim", skills=())
    kim = next(one for one in await service.ctx.people.all() if one.login == "kim")
    _, sam, held = await with_agent(service)
    transfer = sam.call("transfer", to=kim.id, lane="security", text="an incident", **held)
    assert await refused(transfer) == "bad_person"


async def test_that_who_reports_or_proposes_is_told_what_was_hidden(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    await customer.call("report_security", what="my password is hunter2", since="code 482913")
    assert set((await customer.read())["entries"][0]["masked"]) == {"password", "code"}
    held = await sam.take(customer.conversation)
    await sam.call("propose", text="Your new password is Kiwi77x", seen=99, **held)
    said = next(one for one in (await customer.read())["entries"] if one["author"]["kind"] == "agent")
    assert said["masked"] == ["password"]


async def test_that_asking_again_and_again_does_not_grow_a_conversation(service: Running) -> None:
    sam = await service.agent()
    customer = await service.customer()
    for _ in range(60):
        await handoff.ask_person(service.ctx, customer.conversation, op())
    (reason,) = (await sam.read(customer.conversation))["view"]["reasons"]
    assert len(reason["evidence"]) == 50
