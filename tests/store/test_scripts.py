"""Every transition on the real server: what it does, what it refuses, and that a repeat changes nothing."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from handoff_service.app import redis_client
from handoff_service.domain.cursor import START, Cursor, digest
from handoff_service.domain.entries import Draft, Event, Kind, system
from handoff_service.domain.refusals import Refusal
from handoff_service.settings import Settings
from handoff_service.store.keys import Keys
from handoff_service.store.reads import Read, Reads
from handoff_service.store.scripts import Scripts, sources

HOUR = 3_600_000
BACK = {"word": 12 * HOUR, "reopen": HOUR, "reservation": 60_000, "lease": 60_000}
REASONS = [{"reason": "requested", "score": 1.0, "evidence": [{"rule": "button"}]}]
INCIDENT = [
    {"reason": "security", "kind": "incident", "score": 0.9, "evidence": [{"rule": "others_data", "seq": 1}]}
]


def event(name: Event) -> list[dict[str, str]]:
    return [system(name, name).for_script()]


class Store:
    """The scripts with everything that a test does not care about filled in."""

    def __init__(self, scripts: Scripts, reads: Reads) -> None:
        self.scripts = scripts
        self.reads = reads
        self.run = scripts.run

    async def open(self, id_: str = "c_1") -> None:
        await self.run("open_conversation", id=id_, token_hash="h", widget="demo", channel="widget", page="")

    async def say(self, text: str, client_id: str = "", id_: str = "c_1", **more: Any) -> dict[str, Any]:
        client_id = client_id or f"say {text}"
        return await self.run(
            "say", id=id_, client_id=client_id, text=text, text_hash=hashlib.sha256(text.encode()).hexdigest(),
            body=Draft(Kind.CUSTOMER, text, client_id=client_id).body(),
            **({"turn": f"t {text}", "patience": 8000, "turn_lease": 3000} | BACK | more),
            reopened=event(Event.REOPENED),
        )  # fmt: skip

    async def answer(self, turn: str, text: str = "Answer.", id_: str = "c_1", **more: Any) -> dict[str, Any]:
        entries = [Draft(Kind.BOT, text).for_script()] if text else []
        late = json.dumps({"author": {"kind": "bot"}, "text": "late"})
        return await self.run(
            "answer", id=id_, turn=turn, entries=entries, state="{}", seen={}, late=late, **(BACK | more)
        )

    async def hand_off(
        self, id_: str = "c_1", reasons: Any = REASONS, target: int = 600_000, **more: Any
    ) -> dict[str, Any]:
        lane = "security" if reasons == INCIDENT else "general"
        return await self.run(
            "hand_off", id=id_, reasons=reasons, target=target, lane=lane, packet="{}",
            handed_over=event(Event.WAITING), **(BACK | more),
        )  # fmt: skip

    async def take(self, agent: str = "sam", id_: str | None = None, **more: Any) -> dict[str, Any]:
        return await self.run(
            "take", id=id_, agent=agent, name=agent.title(), joined=event(Event.JOINED),
            **({"lanes": ["security", "general"], "capacity": 6, "fence": f"fence of {agent}"} | more),
        )  # fmt: skip

    async def reply(self, text: str, seen: int, agent: str = "sam", **more: Any) -> dict[str, Any]:
        return await self.run(
            "reply", agent=agent, text=text, text_hash=text, body=Draft(Kind.AGENT, text).body(), seen=seen,
            word=12 * HOUR,
            **({"id": "c_1", "fence": f"fence of {agent}", "client_id": f"reply {text}"} | more),
        )  # fmt: skip

    async def propose(self, seen: int, **more: Any) -> dict[str, Any]:
        return await self.run(
            "propose", seen=seen, entries=[], word=12 * HOUR,
            proposed=event(Event.PROPOSED), proposed_open=event(Event.PROPOSED),
            **({"id": "c_1", "fence": "fence of sam", "patience": 24 * HOUR} | more),
        )  # fmt: skip

    async def give_back(self, **more: Any) -> dict[str, Any]:
        given = {"id": "c_1", "fence": "fence of sam", "left": event(Event.LEFT), "patience": 3} | more
        return await self.run("give_back", **given)

    async def judge(self, solved: bool, proposal: str | None = None) -> dict[str, Any]:
        proposal = proposal or (await self.fields())["proposal"]
        return await self.run(
            "answer_proposal", id="c_1", proposal=proposal, solved=solved,
            yes=event(Event.SOLVED), no=event(Event.NOT_SOLVED), **BACK,
        )  # fmt: skip

    async def with_agent(self, reasons: Any = REASONS) -> None:
        await self.open()
        await self.say("help")
        await self.hand_off(reasons=reasons)
        await self.take()

    async def fields(self, id_: str = "c_1") -> dict[str, str]:
        return await self.reads.fields(id_)

    async def read(self, id_: str = "c_1", after: Cursor = START) -> Read:
        return await self.reads.conversation(id_, after, "")

    async def texts(self) -> list[str]:
        return [entry.text for entry in (await self.read()).entries]

    def pass_time(self, milliseconds: int) -> None:
        self.scripts.clock_offset += milliseconds


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    redis = redis_client(settings)
    keys = Keys(settings.workspace)
    yield Store(Scripts(redis, keys.prefix), Reads(redis, keys))
    await redis.aclose()


async def refused(call: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        await call
    return refusal.value.code


async def test_that_the_log_counts_from_one_and_its_digest_is_the_chain(store: Store) -> None:
    await store.open()
    await store.say("hello")
    await store.answer("t hello", "Hi, naïve 🙂")
    entries = (await store.read()).entries
    assert [entry.seq for entry in entries] == [1, 2]
    chain = digest(digest("", 1, "customer", "hello"), 2, "bot", "Hi, naïve 🙂")
    assert (await store.fields())["digest"] == chain
    assert entries[-1].tag == chain[:12]


async def test_that_a_cursor_brings_what_came_after_and_a_foreign_one_brings_all(store: Store) -> None:
    await store.open()
    await store.say("one")
    cursor = (await store.read()).cursor
    await store.answer("t one")
    fits = await store.read(after=cursor)
    assert ([entry.seq for entry in fits.entries], fits.from_start) == ([2], False)
    for wrong in (Cursor(1, "0" * 12), Cursor(9, cursor.tag)):
        read = await store.read(after=wrong)
        assert ([entry.seq for entry in read.entries], read.from_start) == ([1, 2], True)


async def test_that_a_message_sent_twice_stands_once(store: Store) -> None:
    await store.open()
    first = await store.say("hello", client_id="same-id")
    store.pass_time(HOUR)
    again = await store.say("hello", client_id="same-id", op="another")
    assert first["seq"] == again["seq"] == 1
    assert await store.texts() == ["hello"]


async def test_that_an_id_used_for_another_text_is_a_conflict(store: Store) -> None:
    await store.open()
    await store.say("hello", client_id="same-id")
    assert await refused(store.say("other", client_id="same-id")) == "other_text"


async def test_that_customer_and_agent_may_use_the_same_id(store: Store) -> None:
    await store.with_agent()
    seq = (await store.say("more", client_id="same-id"))["seq"]
    assert (await store.reply("yes", seq, client_id="same-id"))["seq"] == seq + 1


async def test_that_a_repeat_of_an_operation_is_answered_with_the_first_result(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    first = await store.take(op="one-claim")
    assert await store.take(op="one-claim") == first
    assert await refused(store.take(op="another-claim")) == "line_empty"


async def test_that_the_same_operation_id_of_another_agent_is_another_operation(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    await store.take("sam", op="one-claim")
    assert await refused(store.take("kim", op="one-claim")) == "line_empty"


async def test_that_an_answer_of_a_turn_given_up_is_a_note_and_nothing_else(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    before = await store.texts()
    assert (await store.answer("t help"))["late"]
    read = await store.read()
    assert [entry.text for entry in read.entries] == before
    assert [note.body["text"] for note in read.notes] == ["late"]
    assert read.fields["state"] == "waiting"


async def test_that_an_overtaken_turn_leaves_no_trace_and_the_newer_answers(store: Store) -> None:
    await store.open()
    await store.say("one")
    await store.say("two")
    assert (await store.answer("t one"))["late"]
    assert (await store.answer("t two"))["state"] == "bot"
    read = await store.read()
    assert [entry.text for entry in read.entries] == ["one", "two", "Answer."]
    assert read.notes == []
    assert "unanswered_since" not in read.fields


async def test_that_a_late_packet_joins_as_information_once(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off(turn="t help", reasons=[{"reason": "bot_failed", "score": 1.0, "evidence": []}])
    packet = {"packet": '{"late": true}', "reasons": INCIDENT, "target": 120_000, "lane": "security", "digest": "x",
              "handed_over": event(Event.WAITING)}  # fmt: skip
    await store.answer("t help", "", **packet)
    await store.answer("t help", "", **packet)
    fields = await store.fields()
    assert fields["packet"] == '{"late": true}'
    assert fields["lane"] == "security"
    assert [reason["reason"] for reason in json.loads(fields["reasons"])] == ["bot_failed", "security"]
    assert len(await store.reads.waiting(["security", "general"])) == 1
    assert (await store.texts()).count("waiting") == 1


async def test_that_what_changes_lanes_while_the_lines_are_read_is_in_one_of_them(
    store: Store, settings: Settings
) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off(turn="t help")
    keys, redis = Keys(settings.workspace), redis_client(settings)
    general, security = keys.line("general"), keys.line("security")

    async def swap() -> None:
        for here, there in [(general, security), (security, general)] * 200:
            await redis.pipeline(transaction=True).zrem(here, "c_1").zadd(there, {"c_1": 1}).execute()

    swapping = asyncio.create_task(swap())
    while not swapping.done():
        async with redis_client(settings) as fresh:
            await fresh.ping()  # with one connection open, a second read would first have to make another one
            assert len(await Reads(fresh, keys).waiting(["security", "general"])) == 1
    await swapping
    await redis.aclose()


async def test_that_a_packet_that_does_not_cover_the_log_is_refused(store: Store) -> None:
    await store.open()
    await store.say("help")
    packet = {"packet": "{}", "reasons": INCIDENT, "target": 1, "lane": "security", "handed_over": []}
    assert await refused(store.answer("t help", "", digest="0" * 40, **packet)) == "packet_digest"
    assert (await store.fields())["state"] == "bot"
    right = (await store.fields())["turn_digest"]
    assert (await store.answer("t help", "", digest=right, **packet))["state"] == "waiting"


async def test_that_a_button_is_on_offer_until_the_next_word(store: Store) -> None:
    await store.open()
    await store.say("hi")
    await store.answer("t hi", choices=json.dumps({"k.0": {"title": "Refunds", "payload": "/faq_refund"}}))
    assert await refused(store.say("Refunds", choice="never offered")) == "unknown_choice"
    await store.say("Refunds", choice="k.0")
    assert (await store.read()).entries[-1].payload == "/faq_refund"
    assert await refused(store.say("again", choice="k.0")) == "unknown_choice"


async def test_that_asking_twice_for_a_person_is_one_place_in_the_line(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off(op="first")
    due = (await store.fields())["due"]
    store.pass_time(60_000)
    assert (await store.hand_off(op="second"))["already"]
    assert (await store.fields())["due"] == due
    assert (await store.texts()).count("waiting") == 1


async def test_that_a_graver_reason_moves_it_forward_and_into_the_security_lane(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    before = int((await store.fields())["due"])
    await store.hand_off(reasons=INCIDENT, target=120_000)
    fields = await store.fields()
    assert int(fields["due"]) == before - 480_000
    assert await store.reads.place("c_1", "security") == 1
    assert await store.reads.place("c_1", "general") is None


async def test_that_the_line_is_ordered_by_due_time_over_both_lanes(store: Store) -> None:
    for number, (reasons, target) in enumerate([(REASONS, 600_000), (REASONS, 100_000), (INCIDENT, 120_000)]):
        await store.open(f"c_{number}")
        await store.say("help", id_=f"c_{number}")
        await store.hand_off(f"c_{number}", reasons, target)
    taken = [(await store.take())["conversation"] for _ in range(3)]
    assert taken == ["c_1", "c_2", "c_0"]


async def test_that_an_incident_is_not_there_for_who_may_not_take_it(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off(reasons=INCIDENT)
    assert await refused(store.take("kim", lanes=["general"])) == "line_empty"
    assert await refused(store.take("kim", "c_1", lanes=["general"])) == "not_found"


async def test_that_one_of_two_takes_it_and_the_other_is_told_who(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    await store.take("sam", "c_1")
    with pytest.raises(Refusal, match="Sam has this conversation already"):
        await store.take("kim", "c_1")
    assert (await store.fields())["owner"] == "sam"


async def test_that_capacity_counts_what_is_unanswered_and_is_never_exceeded(store: Store) -> None:
    for number in range(3):
        await store.open(f"c_{number}")
        await store.say("help", id_=f"c_{number}")
        await store.hand_off(f"c_{number}")
    first = await store.take(capacity=2)
    await store.take(capacity=2)
    assert await refused(store.take(capacity=2)) == "no_capacity"
    await store.reply("done", 99, id=first["conversation"])
    await store.take(capacity=2)


async def test_that_only_the_holder_of_the_fence_writes(store: Store) -> None:
    await store.with_agent()
    for call in (
        store.reply("hi", 9, fence="wrong"),
        store.propose(9, fence="wrong"),
        store.give_back(fence="wrong"),
    ):
        assert await refused(call) == "not_yours"
    await store.give_back()
    assert await refused(store.reply("hi", 9)) == "not_yours"


async def test_that_what_the_agent_had_not_read_stays_unanswered(store: Store) -> None:
    await store.with_agent()
    read = (await store.read()).cursor.seq
    store.pass_time(5000)
    later = (await store.say("and one more thing"))["seq"]
    await store.reply("about the first", read)
    fields = await store.fields()
    assert int(fields["unanswered_seq"]) == later
    assert int(fields["unanswered_since"]) == (await store.read()).entries[later - 1].time
    await store.reply("about the second", later)
    assert "due" not in await store.fields()


async def test_that_giving_back_keeps_the_place(store: Store) -> None:
    await store.with_agent()
    due = (await store.fields())["due"]
    store.pass_time(60_000)
    await store.give_back(note=json.dumps({"text": "n"}))
    fields = await store.fields()
    assert (fields["state"], fields["due"]) == ("waiting", due)
    assert "owner" not in fields
    assert [note.body for note in (await store.read()).notes] == [{"text": "n"}]


async def test_that_a_proposal_parks_and_yes_closes_it_as_solved(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    fields = await store.fields()
    assert fields["state"] == "confirming"
    assert "due" not in fields
    await store.judge(True)
    fields = await store.fields()
    assert (fields["state"], fields["outcome"]) == ("closed", "solved")
    assert "owner" not in fields


async def test_that_no_brings_it_back_to_the_same_agent(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    await store.judge(False)
    fields = await store.fields()
    assert (fields["state"], fields["owner"], fields["fence"]) == ("agent", "sam", "fence of sam")
    assert "due" in fields


async def test_that_a_word_instead_of_yes_or_no_goes_back_to_the_agent(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    await store.say("wait")
    assert (await store.fields())["state"] == "agent"


async def test_that_a_proposal_is_not_made_over_a_message_nobody_read(store: Store) -> None:
    await store.with_agent()
    seen = (await store.read()).cursor.seq
    await store.say("still broken")
    assert await refused(store.propose(seen)) == "unread"


async def test_that_an_answer_to_an_older_proposal_changes_nothing(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    old = (await store.fields())["proposal"]
    await store.judge(False)
    await store.propose(99)
    assert await refused(store.judge(True, old)) == "proposal_gone"
    assert (await store.fields())["state"] == "confirming"


async def test_that_silence_closes_as_unconfirmed_only_after_the_announced_time(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    store.pass_time(24 * HOUR - 1000)
    assert not (await store.run("close_unconfirmed", id="c_1", entries=[]))["closed"]
    store.pass_time(2000)
    assert (await store.run("close_unconfirmed", id="c_1", entries=event(Event.UNCONFIRMED)))["closed"]
    assert (await store.fields())["outcome"] == "unconfirmed"


async def test_that_the_first_proposals_timer_does_not_close_the_second(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    await store.judge(False)
    store.pass_time(23 * HOUR)
    await store.propose(99)
    store.pass_time(2 * HOUR)
    assert await store.reads.due_timers(await store.scripts.now()) == []
    assert not (await store.run("close_unconfirmed", id="c_1", entries=[]))["closed"]


async def test_that_an_incident_does_not_time_out(store: Store) -> None:
    await store.with_agent(INCIDENT)
    await store.propose(99)
    store.pass_time(10_000 * HOUR)
    assert ("confirm", "c_1") not in await store.reads.due_timers(await store.scripts.now())
    assert not (await store.run("close_unconfirmed", id="c_1", entries=[]))["closed"]


async def test_that_who_comes_back_in_time_is_kept_for_the_same_agent(store: Store) -> None:
    await store.with_agent()
    await store.propose(99)
    await store.judge(True)
    await store.say("it is back")
    assert (await store.fields())["state"] == "waiting"
    assert await refused(store.take("kim")) == "line_empty"
    assert await refused(store.take("kim", "c_1")) == "taken"
    store.pass_time(60_001)
    assert (await store.take("kim"))["conversation"] == "c_1"


async def test_that_who_comes_back_late_or_never_had_an_agent_is_with_the_bot(store: Store) -> None:
    await store.open()
    await store.run("end", id="c_1", entries=[])
    assert (await store.say("hi"))["turn"] == "t hi"
    await store.hand_off()
    await store.take()
    await store.propose(99)
    await store.judge(True)
    store.pass_time(2 * HOUR)
    assert (await store.say("new question"))["state"] == "bot"


async def test_that_never_mind_leaves_the_line_and_forgets_the_reasons(store: Store) -> None:
    await store.open()
    await store.say("help")
    await store.hand_off()
    await store.run("never_mind", id="c_1", entries=event(Event.BACK_TO_BOT))
    fields = await store.fields()
    assert fields["state"] == "bot"
    assert not {"reasons", "target", "due", "packet"} & set(fields)
    assert await store.reads.waiting(["general"]) == []


async def test_that_a_wrong_move_is_refused_by_name(store: Store) -> None:
    await store.open()
    await store.run("end", id="c_1", entries=[])
    with pytest.raises(Refusal, match="A conversation that is closed cannot become closed"):
        await store.run("end", id="c_1", entries=[])
    with pytest.raises(Refusal, match="A conversation that is closed cannot become bot"):
        await store.run("never_mind", id="c_1", entries=[])


async def test_that_every_change_of_owner_raises_the_epoch(store: Store) -> None:
    await store.open()
    epochs = [(await store.fields())["epoch"]]
    await store.say("help")
    await store.hand_off()
    epochs.append((await store.fields())["epoch"])
    await store.take()
    epochs.append((await store.fields())["epoch"])
    await store.give_back()
    epochs.append((await store.fields())["epoch"])
    assert epochs == ["1", "2", "3", "4"]


async def test_that_a_turn_is_held_by_one_until_its_lease_lapses(store: Store) -> None:
    await store.open()
    await store.say("help")
    assert "turn" not in await store.run("lease_turn", id="c_1", lease=3000)
    store.pass_time(3001)
    assert (await store.run("lease_turn", id="c_1", lease=3000))["turn"] == "t help"
    assert "turn" not in await store.run("lease_turn", id="c_1", lease=3000)
    assert (await store.run("lease_turn", id="c_1", turn="t help", lease=3000))["turn"] == "t help"


async def test_that_scripts_survive_a_server_that_forgot_them(store: Store) -> None:
    await store.open()
    await store.say("one")
    await store.scripts._redis.script_flush()
    await store.say("two")
    assert await store.texts() == ["one", "two"]


async def test_that_an_unknown_conversation_is_refused_by_every_script(store: Store) -> None:
    unneeding = {"open_conversation", "receive", "offer", "due", "take", "say"}
    for name in set(sources()) - unneeding:
        assert await refused(store.run(name, id="c_unknown", fence="x")) == "not_found"
    assert await refused(store.take(id_="c_unknown")) == "not_found"
    assert await refused(store.say("hi", id_="c_unknown")) == "not_found"
