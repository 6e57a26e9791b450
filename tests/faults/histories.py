"""Random histories on the real server, over two replicas, against the model (model.py)."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from redis.exceptions import ConnectionError as RedisConnectionError

from deploy.local.valkey import Valkey
from handoff_service.app import create_app
from handoff_service.domain.agents import Agent, Role
from handoff_service.domain.cursor import digest
from handoff_service.domain.masking import Masked
from handoff_service.domain.refusals import Refusal
from handoff_service.flows import (
    agent_reply,
    assignment,
    bot_turn,
    customer_message,
    foreign,
    handoff,
    resolution,
    scoring,
    sweep,
)
from handoff_service.flows.context import Context
from handoff_service.settings import Settings
from handoff_service.store.scripts import Scripts, sources
from handoff_service.wire import ForeignHandoff, Seen, TurnAnswer
from tests.faults.model import ACCEPT, FULL, HOUR, IDLE, LEASE, SECOND, Model, Talk

PEOPLE = {
    "sam": Agent("sam", "sam", "Sam", Role.AGENT, ("security",)),
    "kim": Agent("kim", "kim", "Kim", Role.AGENT),
    "ida": Agent("ida", "ida", "Ida", Role.SUPERVISOR),
}
CLOSE_MS = 3_000
# Histories that begin in the middle reach what is rare from the start.
LEADS: list[tuple[str, ...]] = [
    (),
    ("say",),
    ("say", "say"),
    ("say", "answer"),
    ("say", "answer", "say"),
    ("say", "fail"),
    ("say", "fail", "end"),
    ("say", "hand_over"),
    ("say", "ask", "offer"),
    ("say", "ask", "take"),
    ("say", "report", "take"),
    ("say", "ask", "take", "offer"),
    ("say", "ask", "offer", "busy_colleague"),
    ("say", "ask", "take", "reply"),
    ("say", "ask", "take", "reply", "snooze"),
    ("report", "take", "reply"),
    ("ask", "take", "spam"),
    ("ask", "take", "end", "later"),
    ("ask", "take", "propose"),
    ("ask", "take", "propose", "say", "propose"),
]
Result = Any
Call = Callable[[Context], Awaitable[Result]]

conversations = st.integers(0, 1)
replicas = st.integers(0, 1)
agents = st.sampled_from(sorted(PEOPLE))
fences = st.sampled_from(["right", "right", "right", "right", "stale", "wrong"])


SHORT = settings(
    max_examples=2,
    stateful_step_count=60,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Losing:
    """A client of Redis whose next answers get lost after the server has done what it was asked."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self.lose = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._redis, name)

    async def evalsha(self, *arguments: Any) -> Any:
        answer = await self._redis.evalsha(*arguments)
        if self.lose:
            self.lose -= 1
            raise RedisConnectionError("the answer was lost")
        return answer


class Replicas:
    """Two service processes' insides on one server, without their doors and loops."""

    def __init__(self, valkey: Valkey) -> None:
        self.runner = asyncio.Runner()
        self.all = [self._replica(valkey) for _ in range(2)]
        self.load(sources())

    def _replica(self, valkey: Valkey) -> Context:
        configured = Settings(
            _env_file=None, environment="development", redis_url=valkey.url.removesuffix("/0") + "/7",
            workspace="histories", bot_deadline_s=5, bot_warm_up_s=0,
        )  # type: ignore[call-arg]  # fmt: skip
        ctx: Context = create_app(configured).state.ctx
        ctx.scripts._redis = Losing(ctx.scripts._redis)
        # What runs beside a call is taken for lost with its process, unless a rule does it.
        ctx.spawn = lambda work: work.close()  # type: ignore[method-assign]
        return ctx

    def load(self, texts: Mapping[str, str]) -> None:
        """These are the scripts from now on, with little room for entries."""
        small = {
            name: text.replace("MAX_ENTRIES = 5000", f"MAX_ENTRIES = {FULL}") for name, text in texts.items()
        }
        for ctx in self.all:
            ctx.scripts = Scripts(ctx.scripts._redis, ctx.scripts._prefix, small)

    def run(self, work: Awaitable[Result]) -> Result:
        return self.runner.run(work)  # type: ignore[arg-type]

    def close(self) -> None:
        async def close() -> None:
            for ctx in self.all:
                await ctx.scripts._redis.aclose()

        self.run(close())
        self.runner.close()


def play(replicas: Replicas, seeds: Iterable[int | None]) -> None:
    """A random history of 60 steps for each seed (None: any), after Hypothesis's simplest one.

    One, for Hypothesis varies those it has played, and they look alike.
    """
    for number in seeds:
        machine = type("Histories", (Histories,), {"replicas": replicas})
        run_state_machine_as_test(machine if number is None else seed(number)(machine), settings=SHORT)


class Histories(RuleBasedStateMachine):
    """`replicas` is set by play()."""

    replicas: Replicas

    @initialize(first=st.sampled_from(LEADS), second=st.sampled_from(LEADS), capacity=st.integers(1, 2))
    def begin(self, first: tuple[str, ...], second: tuple[str, ...], capacity: int) -> None:
        self.model = Model(capacity)
        for ctx in self.replicas.all:
            ctx.settings.capacity = capacity
        self.model.since = lambda talk: int(self.found[talk.id]["unanswered_since"])
        self.number = 0
        self.offset = 0
        self.fences: dict[str, list[str]] = {"c0": [], "c1": []}
        self.turns: dict[str, list[tuple[str, str]]] = {"c0": [], "c1": []}
        self.proposals: dict[str, list[int]] = {"c0": [], "c1": []}
        self.done: list[tuple[Call, Result, float]] = []
        self.found: dict[str, dict[str, str]] = {}
        self.told: dict[str, list[str]] = {"c0": [], "c1": []}
        self.replicas.run(self._begin())
        self._tick()
        self.holds()
        for which, lead in enumerate((first, second)):
            for step in lead:
                self._step(which, step)
                self.holds()

    def _step(self, which: int, step: str) -> None:
        if step == "say":
            self.say(which, 0, 0)
        elif step == "answer":
            self.answer(which, 0, None, False)
        elif step == "hand_over":
            self.answer(which, 0, "uncertainty", False)
        elif step == "fail":
            self.bot_failed(which, 0, False)
        elif step == "ask":
            self.ask_person(which, 0, 0)
        elif step == "report":
            self.report(which, 0)
        elif step == "offer":
            self.want_offers("sam", True, 0)
            self.offer(0, [])
        elif step == "busy_colleague":
            self._step(1 - which, "say")
            self._step(1 - which, "ask")
            self.take("kim", 1 - which, 0, 0)
            self.pass_time(40 * SECOND)
            self.take("kim", which, 0, 0)
        elif step == "take":
            self.take("sam", which, 0, 0)
        elif step == "reply":
            self.reply(which, 0, "right", 0, 0)
        elif step == "end":
            self.end(which, 0)
        elif step == "later":
            self.pass_time(100 * HOUR)
        elif step == "propose":
            self.propose(which, 0, "right", 0)
        elif step == "snooze":
            self.snooze(which, 0, "right", 20, False)
        elif step == "spam":
            self.unwanted(which, 0, "right")

    async def _begin(self) -> None:
        redis = self.replicas.all[0].scripts._redis
        await redis.flushdb()
        for agent in PEOPLE.values():
            account = json.dumps({"agent": asdict(agent), "password": ""})
            await redis.hset(self.replicas.all[0].reads._keys.agents, agent.id, account)
        for ctx in self.replicas.all:
            ctx.scripts.clock_offset = 0
            ctx.scripts._redis.lose = 0
        for id_ in ("c0", "c1"):
            await self.replicas.all[0].scripts.run(
                "open_conversation", id=id_, token_hash="", widget="", channel="widget", page=""
            )
            self.model.talks[id_] = Talk(id_)
        self._tick()
        for talk in self.model.talks.values():
            talk.spoken_at = talk.touched_at = self.model.now

    # --- doing one thing, on one replica

    def _tick(self) -> None:
        self.model.now = time.time() * 1000 + self.offset

    def _op(self) -> str:
        self.number += 1
        return f"op-{self.number:06}"

    def _talk(self, which: int) -> Talk:
        return self.model.talks[f"c{which}"]

    def _do(self, replica: int, call: Call, lost: int = 0, repeatable: bool = True) -> Result:
        """The result, or the code of the refusal. `lost`: so many answers of the server do not arrive."""
        self._tick()
        ctx = self.replicas.all[replica]
        ctx.scripts._redis.lose = lost
        result = self.replicas.run(_tried(call, ctx))
        if result == "store_unavailable":
            # Done, but nobody was told: the client asks again with the same operation id, and any replica answers.
            result = self.replicas.run(_tried(call, self.replicas.all[1 - replica]))
        if repeatable and not isinstance(result, str):
            self.done.append((call, result, time.monotonic()))
        return result

    def _expect(self, result: Result, refusal: str | None, talk: Talk | None = None) -> None:
        assert (result if isinstance(result, str) else None) == refusal, (result, refusal)
        if talk and refusal is None:
            talk.touched_at = self.model.now

    def _turn(self, talk: Talk, old: bool) -> str | None:
        known = self.turns[talk.id][-2 if old else -1 :]
        return known[0][0] if len(known) > old else None

    def _fence(self, talk: Talk, which: str) -> tuple[str, bool]:
        known = self.fences[talk.id]
        if which == "right" and talk.fence:
            return talk.fence, True
        if which == "stale" and known:
            return known[0], known[0] == talk.fence
        return "wrong", False

    def _held(self, which: int, fence: str) -> Talk:
        """Who has the right fence has taken the conversation, if it could be taken."""
        talk = self._talk(which)
        if fence == "right" and talk.state == "waiting":
            self.take("ida", which, 0, 0)
        return talk

    # --- the customer

    @rule(which=conversations, replica=replicas, lost=st.sampled_from([0, 0, 0, 1, 3]))
    def say(self, which: int, replica: int, lost: int) -> None:
        talk, op = self._talk(which), self._op()
        text = f"words {op}"
        result = self._do(replica, lambda ctx: customer_message.say(ctx, talk.id, op, text), lost)
        refusal = self.model.say(talk, op, text)
        self._expect(result, refusal, talk)
        assert refusal or result["seq"] == talk.sent[("customer", op)][0]

    @rule(which=conversations, replica=replicas, other=st.booleans())
    def say_again(self, which: int, replica: int, other: bool) -> None:
        talk = self._talk(which)
        ops = [op for sender, op in talk.sent if sender == "customer"]
        if not ops:
            return
        op = ops[-1]
        text = "other words" if other else talk.sent[("customer", op)][1]
        result = self._do(replica, lambda ctx: customer_message.say(ctx, talk.id, op, text), repeatable=False)
        assert (result if isinstance(result, str) else None) == self.model.say(talk, op, text)
        if not other:
            assert result == {"seq": talk.sent[("customer", op)][0]}

    @rule(which=conversations, replica=replicas, old=st.sampled_from([False, False, True]))
    def choose(self, which: int, replica: int, old: bool) -> None:
        """A button that was looked up and may have gone since."""
        talk, op = self._talk(which), self._op()
        turn = self._turn(talk, old)
        if not turn:
            return
        pressed = Masked("A button", ())
        result = self._do(
            replica, lambda ctx: customer_message._store(ctx, talk.id, op, pressed, f"{turn}.0.0")
        )
        self._expect(result, self.model.say(talk, op, pressed.text, turn), talk)

    @rule(which=conversations, replica=replicas, lost=st.sampled_from([0, 0, 1]))
    def ask_person(self, which: int, replica: int, lost: int) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(replica, lambda ctx: handoff.ask_person(ctx, talk.id, op), lost)
        self._expect(result, self.model.ask_person(talk), talk)

    @rule(which=conversations, replica=replicas)
    def report(self, which: int, replica: int) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(replica, lambda ctx: handoff.report_security(ctx, talk.id, op, f"seen {op}", ""))
        refusal = self.model.report(talk, op, f"Security report: seen {op}")
        self._expect(result, refusal, talk)
        if refusal:
            return
        again = self._do(
            replica, lambda ctx: handoff.report_security(ctx, talk.id, op, f"seen {op}", ""), repeatable=False
        )
        assert again == result

    @rule(which=conversations, replica=replicas, lost=st.sampled_from([0, 0, 1]))
    def never_mind(self, which: int, replica: int, lost: int) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(replica, lambda ctx: handoff.never_mind(ctx, talk.id, op), lost)
        self._expect(result, self.model.never_mind(talk), talk)

    @rule(which=conversations, replica=replicas)
    def end(self, which: int, replica: int) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(replica, lambda ctx: resolution.end(ctx, talk.id, op))
        self._expect(result, self.model.end(talk), talk)

    @rule(
        which=conversations, replica=replicas, solved=st.booleans(), old=st.sampled_from([False, False, True])
    )
    def judge(self, which: int, replica: int, solved: bool, old: bool) -> None:
        talk, op = self._talk(which), self._op()
        known = self.proposals[talk.id]
        proposal = known[0 if old else -1] if known else 1
        result = self._do(
            replica, lambda ctx: resolution.answer_proposal(ctx, talk.id, op, str(proposal), solved)
        )
        self._expect(result, self.model.judge(talk, proposal, solved), talk)

    # --- the bot

    @rule(
        which=conversations,
        replica=replicas,
        reason=st.sampled_from([None, "incident", "uncertainty"]),
        old=st.sampled_from([False, False, True]),
    )
    def answer(self, which: int, replica: int, reason: str | None, old: bool) -> None:
        talk = self._talk(which)
        turn = self._turn(talk, old)
        if turn:
            self._commit(talk, replica, turn, reason)

    def _commit(self, talk: Talk, replica: int, turn: str, reason: str | None) -> None:
        """Where there is a packet, first with one that covers another log."""
        digests = ["0" * 40, dict(self.turns[talk.id])[turn]] if reason else [""]
        for place, covered in enumerate(digests, 1):
            answer = _answer(talk, turn, reason, covered)
            refusal = self.model.answer(talk, turn, reason, place == len(digests))
            result = self._do(
                replica, partial(bot_turn._commit, conversation=talk.id, answer=answer), repeatable=False
            )
            self._expect(result, refusal)
            talk.touched_at = self.model.now

    @rule(which=conversations, replica=replicas, old=st.sampled_from([False, False, True]))
    def bot_failed(self, which: int, replica: int, old: bool) -> None:
        talk = self._talk(which)
        turn = self._turn(talk, old)
        if not turn:
            return
        result = self._do(
            replica, lambda ctx: handoff.bot_failed(ctx, talk.id, turn, "timed_out"), repeatable=False
        )
        self._expect(result, self.model.bot_failed(talk, turn))

    @rule(which=conversations, replica=replicas, reason=st.sampled_from(["incident", "anger"]))
    def scored(self, which: int, replica: int, reason: str) -> None:
        talk = self._talk(which)
        if not talk.last_customer:
            return
        signal = {"signal": "security", "kind": "incident"} if reason == "incident" else {"signal": "anger"}
        seen = Seen.model_validate(
            {"seq": talk.last_customer, "intent": "x", "confidence": 1, "signals": [signal | {"score": 1}]}
        )
        result = self._do(replica, lambda ctx: scoring._keep(ctx, talk.id, seen.seq, seen), repeatable=False)
        self._expect(result, self.model.scored(talk, seen.seq, reason))

    @rule(which=conversations, replica=replicas, whose=st.sampled_from(["its own", "an older", "anyone's"]))
    def renew(self, which: int, replica: int, whose: str) -> None:
        talk = self._talk(which)
        turn = None if whose == "anyone's" else self._turn(talk, whose == "an older")

        def call(ctx: Context) -> Awaitable[Result]:
            return ctx.scripts.run("lease_turn", id=talk.id, turn=turn, lease=bot_turn.LEASE_MS)

        held = "turn" in self._do(replica, call, repeatable=False)
        assert held == self.model.renew(talk, turn)

    @rule(which=conversations, replica=replicas, again=st.booleans(), lost=st.sampled_from([0, 0, 1]))
    def receive(self, which: int, replica: int, again: bool, lost: int) -> None:
        talk = self._talk(which)
        operation = talk.operation if again and talk.operation else f"foreign-{self._op()}"
        said = [(1_000_000.0 + number, f"brought {number}") for number in range(1, self.number % 3 + 2)]
        posted = ForeignHandoff.model_validate(
            {
                "version": 1,
                "bot": "shop",
                "external_id": talk.id,
                "operation": operation,
                "packet": {"version": 1, "reasons": [{"reason": "requested"}]},
                "transcript": [{"author": "customer", "text": text, "time": int(at)} for at, text in said],
            }
        )
        result = self._do(
            replica, lambda ctx: foreign.receive(ctx, posted, b"", talk.id), lost, repeatable=False
        )
        known = operation == talk.operation
        self._expect(result, self.model.receive(talk, operation, said), None if known else talk)

    # --- agents

    @rule(
        agent=agents,
        which=st.sampled_from([0, 1, None]),
        replica=replicas,
        lost=st.sampled_from([0, 0, 1, 3]),
    )
    def take(self, agent: str, which: int | None, replica: int, lost: int) -> None:
        named = None if which is None else self._talk(which)
        op, person = self._op(), PEOPLE[agent]
        id_ = named.id if named else None
        result = self._do(replica, lambda ctx: assignment.take(ctx, person, op, id_), lost)
        refusal, talk = self.model.take(agent, named)
        self._expect(result, refusal, talk)
        if talk:
            assert result["conversation"] == talk.id
            talk.fence = result["fence"]
            self.fences[talk.id].append(result["fence"])

    @rule(
        which=conversations,
        replica=replicas,
        fence=fences,
        back=st.integers(0, 2),
        lost=st.sampled_from([0, 0, 1]),
    )
    def reply(self, which: int, replica: int, fence: str, back: int, lost: int) -> None:
        talk, op = self._held(which, fence), self._op()
        agent, seen, (given, fits) = talk.owner or "sam", max(0, talk.seq - back), self._fence(talk, fence)
        text = f"reply {op}"

        def call(ctx: Context) -> Awaitable[Result]:
            return agent_reply.reply(ctx, PEOPLE[agent], op, talk.id, given, text, seen)

        result = self._do(replica, call, lost)
        self._expect(result, self.model.reply(talk, agent, op, text, seen, fits), talk)

    @rule(which=conversations, replica=replicas, other=st.booleans())
    def reply_again(self, which: int, replica: int, other: bool) -> None:
        talk = self._talk(which)
        sent = [(sender, op) for sender, op in talk.sent if sender in PEOPLE]
        if not sent:
            return
        agent, op = sent[-1]
        text = "other words" if other else talk.sent[(agent, op)][1]
        result = self._do(
            replica,
            lambda ctx: agent_reply.reply(ctx, PEOPLE[agent], op, talk.id, "whatever", text, 0),
            repeatable=False,
        )
        assert (result if isinstance(result, str) else None) == ("other_text" if other else None)

    @rule(which=conversations, replica=replicas, agent=agents)
    def note(self, which: int, replica: int, agent: str) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(
            replica, lambda ctx: agent_reply.write_note(ctx, PEOPLE[agent], op, talk.id, "canary")
        )
        talk.notes += 1
        self._expect(result, None, talk)

    @rule(which=conversations, replica=replicas, fence=fences, back=st.sampled_from([0, 3]))
    def propose(self, which: int, replica: int, fence: str, back: int) -> None:
        talk, op = self._held(which, fence), self._op()
        seen, (given, fits) = max(0, talk.seq - back), self._fence(talk, fence)
        person, text = PEOPLE[talk.owner or "sam"], f"proposal {op}"
        result = self._do(
            replica, lambda ctx: resolution.propose(ctx, person, op, talk.id, given, text, seen)
        )
        self._expect(result, self.model.propose(talk, text, seen, fits), talk)
        if talk.proposal:
            self.proposals[talk.id].append(talk.proposal)

    @rule(
        which=conversations,
        replica=replicas,
        fence=fences,
        noted=st.booleans(),
        lost=st.sampled_from([0, 0, 1]),
    )
    def give_back(self, which: int, replica: int, fence: str, noted: bool, lost: int) -> None:
        talk, op = self._held(which, fence), self._op()
        given, fits = self._fence(talk, fence)
        person = PEOPLE[talk.owner or "sam"]
        result = self._do(
            replica, lambda ctx: assignment.give_back(ctx, person, op, talk.id, given, "why" * noted), lost
        )
        self._expect(result, self.model.give_back(talk, fits, noted), talk)

    @rule(
        which=conversations,
        replica=replicas,
        fence=fences,
        where=st.sampled_from(["ida", "security", "general"]),
    )
    def transfer(self, which: int, replica: int, fence: str, where: str) -> None:
        talk, op = self._held(which, fence), self._op()
        if talk.owner == where:
            return
        given, fits = self._fence(talk, fence)
        to, lane = (where, None) if where == "ida" else (None, where)
        person = PEOPLE[talk.owner or "sam"]

        def call(ctx: Context) -> Awaitable[Result]:
            return assignment.transfer(ctx, person, op, talk.id, given, to, lane, "please")  # type: ignore[arg-type]

        self._expect(self._do(replica, call), self.model.transfer(talk, to, lane, fits), talk)

    @rule(which=conversations, replica=replicas, fence=fences, noted=st.booleans())
    def to_bot(self, which: int, replica: int, fence: str, noted: bool) -> None:
        talk, op = self._held(which, fence), self._op()
        given, fits = self._fence(talk, fence)
        person = PEOPLE[talk.owner or "sam"]
        result = self._do(
            replica, lambda ctx: assignment.to_bot(ctx, person, op, talk.id, given, "why" * noted)
        )
        self._expect(result, self.model.to_bot(talk, fits, noted), talk)

    @rule(
        which=conversations,
        replica=replicas,
        fence=fences,
        hours=st.sampled_from([-1, 20]),
        answered=st.booleans(),
    )
    def snooze(self, which: int, replica: int, fence: str, hours: int, answered: bool) -> None:
        if answered:
            self.reply(which, replica, fence, 0, 0)
        talk, op = self._held(which, fence), self._op()
        given, fits = self._fence(talk, fence)
        self._tick()
        until = int(self.model.now) + hours * HOUR
        result = self._do(replica, lambda ctx: assignment.snooze(ctx, op, talk.id, given, until))
        self._expect(result, self.model.snooze(talk, until, fits), talk)

    @rule(which=conversations, replica=replicas, fence=fences, hours=st.sampled_from([-1, 1, 13, 31 * 24]))
    def promise(self, which: int, replica: int, fence: str, hours: int) -> None:
        talk, op = self._held(which, fence), self._op()
        given, fits = self._fence(talk, fence)
        self._tick()
        at = int(self.model.now) + hours * HOUR
        person = PEOPLE[talk.owner or "sam"]
        result = self._do(replica, lambda ctx: agent_reply.promise(ctx, person, op, talk.id, given, at))
        self._expect(result, self.model.promise(talk, at, fits), talk)

    @rule(which=conversations, replica=replicas, fence=fences)
    def unwanted(self, which: int, replica: int, fence: str) -> None:
        talk, op = self._held(which, fence), self._op()
        given, fits = self._fence(talk, fence)
        person = PEOPLE[talk.owner or "sam"]
        result = self._do(
            replica, lambda ctx: resolution.unwanted(ctx, person, op, talk.id, given, "spam", "")
        )
        self._expect(result, self.model.unwanted(talk, fits), talk)

    @rule(which=conversations, replica=replicas)
    def undo_unwanted(self, which: int, replica: int) -> None:
        talk, op = self._talk(which), self._op()
        result = self._do(replica, lambda ctx: resolution.undo_unwanted(ctx, PEOPLE["ida"], op, talk.id))
        self._expect(result, self.model.undo_unwanted(talk), talk)

    @rule(agent=agents, on=st.sampled_from([True, True, False]), replica=replicas)
    def want_offers(self, agent: str, on: bool, replica: int) -> None:
        self.here(agent, replica)
        self._do(replica, lambda ctx: assignment.want_offers(ctx, PEOPLE[agent], on), repeatable=False)
        self.model.want(agent, on)

    @rule(replica=replicas, asking=st.sampled_from([[], ["sam"], ["ida"], sorted(PEOPLE)]))
    def offer(self, replica: int, asking: list[str]) -> None:
        """Twice, as two replicas do it. `asking`: these ask for offers, and nobody else; []: who did before."""
        for agent in sorted(PEOPLE) if asking else []:
            self.want_offers(agent, agent in asking, replica)
        for one in (replica, 1 - replica):
            self._do(one, assignment.offer, repeatable=False)
            self.model.offer()
            self.holds()

    @rule(which=conversations, agent=agents, replica=replicas)
    def decline(self, which: int, agent: str, replica: int) -> None:
        talk, op = self._talk(which), self._op()
        self._do(replica, lambda ctx: assignment.decline(ctx, PEOPLE[agent], op, talk.id), repeatable=False)
        self.model.decline(talk, agent)

    @rule(which=conversations, replica=replicas, what=st.sampled_from(["propose", "snooze", "to_bot"]))
    def two_windows(self, which: int, replica: int, what: str) -> None:
        """An agent proposes, reads what was unread, proposes, and does one thing more where it does not show yet."""
        self.propose(which, replica, "right", 3)
        self.propose(which, replica, "right", 0)
        if what == "propose":
            self.propose(which, replica, "right", 0)
        elif what == "snooze":
            self.snooze(which, replica, "right", 1, False)
        else:
            self.to_bot(which, replica, "right", True)

    # --- time, repeats, and what came too early or too late

    @rule(
        milliseconds=st.sampled_from(
            [10 * SECOND, 40 * SECOND, 90 * SECOND, 13 * HOUR, 25 * HOUR, 100 * HOUR]
        )
    )
    def pass_time(self, milliseconds: int) -> None:
        self.offset += milliseconds
        for ctx in self.replicas.all:
            ctx.scripts.clock_offset = self.offset
        self._tick()
        if any(abs(self.model.now - at) < CLOSE_MS for at in self.model.boundaries()):
            self.pass_time(7 * SECOND)

    @rule(agent=agents, replica=replicas)
    def here(self, agent: str, replica: int) -> None:
        async def seen(ctx: Context) -> None:
            await ctx.people.seen(PEOPLE[agent], await ctx.scripts.now())

        self._do(replica, seen, repeatable=False)
        self.model.agents[agent].seen = self.model.now

    @rule(replica=replicas)
    def sweep(self, replica: int) -> None:
        self._do(replica, sweep.once, repeatable=False)
        self.model.sweep()

    @rule(replica=replicas, back=st.integers(1, 4))
    def repeat(self, replica: int, back: int) -> None:
        """The same operation again, anywhere: the first one's result, and nothing happens."""
        recent = [(call, result) for call, result, at in self.done[-back:] if time.monotonic() - at < 30]
        if recent:
            call, result = recent[0]
            assert self._do(replica, call, repeatable=False) == result

    @rule(
        which=conversations,
        agent=agents,
        replica=replicas,
        gone=st.booleans(),
        after=st.sampled_from([0, 0, 25 * HOUR]),
    )
    def void(self, which: int, agent: str, replica: int, gone: bool, after: int) -> None:
        """What was read, and became void before its script ran: due times, an agent gone, an offer asked for."""
        if after:
            self.pass_time(after)
        talk, op, soon = self._talk(which), self._op(), self.model.now + CLOSE_MS
        times = {
            "overdue": int(self.found[talk.id].get("due", 0)),
            "word": talk.next_word,
            "snooze": talk.snoozed_until,
            "offer": talk.reserved[1] if talk.reserved and talk.reserved[2] else None,
            "confirm": talk.confirm_until,
        }
        never = [what for what, at in times.items() if not at or at > soon]
        idle = talk.state == "bot" and not talk.turn and talk.spoken_at + IDLE <= soon
        left = gone or (talk.open is not None and self.model.agents[agent].seen + LEASE <= soon)
        has = talk.state == "agent" and talk.owner == agent

        async def fire(ctx: Context) -> None:
            for what in never:
                await sweep._due(ctx, what, talk.id)
            if not idle:
                await resolution.close_idle(ctx, talk.id)
            if not (has and left):
                await assignment.lapse(ctx, agent, talk.id, gone)
            if talk not in self.model.offered(agent):
                await assignment.decline(ctx, PEOPLE[agent], op, talk.id)
            if agent not in self.model.wants:
                lanes = ["security", "general"]
                await ctx.scripts.run("offer", agent=agent, lanes=lanes, capacity=9, accept=ACCEPT)
            await ctx.scripts.run("incident_alone", id=talk.id, rings=True)

        self._do(replica, fire, repeatable=False)
        talk.touched_at = self.model.now

    @rule(which=conversations, replica=replicas)
    def too_late(self, which: int, replica: int) -> None:
        """What belongs to an older turn, one that was given up, or an older proposal."""
        talk = self._talk(which)
        if talk.failed_turn:
            self._commit(talk, replica, talk.failed_turn, "incident")
        self.answer(which, replica, "incident", True)
        self.bot_failed(which, replica, True)
        self.renew(which, replica, "an older")
        self.choose(which, replica, True)
        if len(self.proposals[talk.id]) > 1:
            self.judge(which, replica, True, True)

    @rule(which=conversations, replica=replicas)
    def wrong_name(self, which: int, replica: int) -> None:
        """A conversation that does not exist, and a new one under a name that does."""
        op, given = self._op(), {"token_hash": "", "widget": "", "channel": "widget", "page": ""}
        calls: list[Call] = [
            lambda ctx: agent_reply.write_note(ctx, PEOPLE["sam"], op, "c9", "canary"),
            lambda ctx: ctx.scripts.run("open_conversation", id=self._talk(which).id, **given),
        ]
        results = [self._do(replica, call, repeatable=False) for call in calls]
        assert results == ["not_found", "wrong_move"]

    # --- what must hold after each step

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "model"):
            self.replicas.run(self._holds())

    async def _holds(self) -> None:
        ctx = self.replicas.all[0]
        redis, keys = ctx.scripts._redis, ctx.reads._keys
        pipe = redis.pipeline(transaction=False)
        for id_ in self.model.talks:
            pipe.hgetall(keys.conversation(id_))
            pipe.xrange(keys.log(id_))
            pipe.xlen(keys.notes(id_))
        for key in (
            keys.line("general"),
            keys.line("security"),
            keys.timers,
            keys.alarms,
            keys.turns,
            keys.wants,
        ):
            pipe.zrange(key, 0, -1, withscores=True)
        pipe.smembers(keys.parked)
        for agent in PEOPLE:
            for key in (keys.busy(agent), keys.offered(agent), keys.owned(agent)):
                pipe.smembers(key)
        found = await pipe.execute()
        rows, found = found[: 3 * len(self.model.talks)], found[3 * len(self.model.talks) :]
        general, security, timers, alarms, turns, wants, parked, *sets = found
        self._tick()
        assert {agent for agent, _ in wants} == set(self.model.wants)
        for place, talk in enumerate(self.model.talks.values()):
            fields, log, notes = rows[3 * place : 3 * place + 3]
            self.found[talk.id] = fields
            self._same(talk, fields, log, notes)
            _in_its_place(talk, fields, dict(general), dict(security), parked, dict(turns))
            self._alarms(talk, dict(timers), dict(alarms))
            if "turn" in fields and (fields["turn"], fields["turn_digest"]) not in self.turns[talk.id]:
                self.turns[talk.id].append((fields["turn"], fields["turn_digest"]))
                talk.turn, talk.turn_at = fields["turn"], int(fields["turn_deadline"]) - 5 * SECOND
                talk.turn_held = dict(turns)[talk.id]
        for place, agent in enumerate(PEOPLE):
            busy, offered, owned = sets[3 * place : 3 * place + 3]
            talks = self.model.talks.values()
            assert owned == {talk.id for talk in talks if talk.owner == agent}
            assert busy == {talk.id for talk in talks if talk.owner == agent and "due" in self.found[talk.id]}
            assert len(busy) + len(offered) == self.model.busy(agent)

    def _same(self, talk: Talk, fields: dict[str, str], log: list[Any], notes: int) -> None:
        assert [int(id_.split("-")[0]) for id_, _ in log] == list(range(1, talk.seq + 1)), (
            "a hole, or a second copy"
        )
        assert [entry["k"] for _, entry in log] == talk.log
        told, self.told[talk.id] = self.told[talk.id], [entry["b"] for _, entry in log]
        assert self.told[talk.id][: len(told)] == told, "what was said has changed"
        chain = ""
        for seq, (_, entry) in enumerate(log, 1):
            text = _text(entry["b"])
            assert talk.log[seq - 1] not in {"customer", "agent"} or text == talk.texts[seq]
            chain = digest(chain, seq, entry["k"], text)
        assert fields["digest"] == chain
        assert notes == talk.notes
        assert fields["state"] == talk.state
        assert fields.get("owner") == talk.owner, "two owners, or none"
        assert (talk.owner is not None) == (talk.state in {"agent", "confirming"})
        assert fields.get("fence") == talk.fence
        assert int(fields["epoch"]) == talk.epoch
        assert fields["lane"] == talk.lane
        assert fields.get("outcome") == talk.outcome
        assert fields.get("unanswered_seq") == (None if talk.open is None else str(talk.open))
        assert fields.get("proposal") == (None if talk.proposal is None else str(talk.proposal))
        assert fields.get("failed_turn") == talk.failed_turn
        assert ("choices" in fields) == (talk.choices is not None)
        assert fields.get("target") == (None if talk.target is None else str(talk.target))
        assert ("turn" in fields) == (talk.state == "bot" and talk.open is not None)
        assert fields.get("reserved_for") == (talk.reserved[0] if talk.reserved else None)
        assert ("offered" in fields) == bool(talk.reserved and talk.reserved[2])
        assert ("snoozed_until" in fields) == (talk.snoozed_until is not None)
        _near(fields.get("confirm_until"), talk.confirm_until)
        _near(fields.get("next_word"), talk.next_word)
        if talk.with_people and talk.open is not None:
            since, target = int(fields["unanswered_since"]), 0 if talk.front else talk.target
            assert int(fields["due"]) == since + (target or 0)
            if talk.open and talk.log[talk.open - 1] == "customer":
                assert since == int(log[talk.open - 1][1]["t"]) or talk.operation, (
                    "not due by the oldest unanswered message"
                )
        else:
            assert "due" not in fields, "a due time on what is answered"

    def _alarms(self, talk: Talk, timers: dict[str, float], alarms: dict[str, float]) -> None:
        due, word = self.found[talk.id].get("due"), talk.next_word
        assert f"overdue {talk.id}" not in alarms or (due and int(due) <= self.model.now)
        assert f"word {talk.id}" not in alarms or (word and word <= self.model.now)
        assert (f"overdue {talk.id}" in timers or f"overdue {talk.id}" in alarms) == (due is not None)
        assert (f"word {talk.id}" in timers or f"word {talk.id}" in alarms) == (word is not None)
        assert (f"confirm {talk.id}" in timers) == (talk.confirm_until is not None)
        alone = f"incident_alone {talk.id}" in alarms
        assert not alone or (talk.state == "waiting" and talk.lane == "security" and talk.open is not None)
        assert (f"snooze {talk.id}" in timers) == (talk.snoozed_until is not None)


def _in_its_place(
    talk: Talk,
    fields: dict[str, str],
    general: dict[str, float],
    security: dict[str, float],
    parked: set[str],
    turns: dict[str, float],
) -> None:
    lines = {"general": general, "security": security}
    in_line = talk.state == "waiting" and talk.open is not None
    for lane, line in lines.items():
        assert (talk.id in line) == (in_line and lane == talk.lane), "in a wrong line, or in none"
    if in_line:
        assert lines[talk.lane][talk.id] == int(fields["due"])
    assert (talk.id in parked) == (talk.state == "waiting" and talk.open is None)
    assert (talk.id in turns) == ("turn" in fields)


def _near(found: str | None, expected: float | None) -> None:
    assert (found is None) == (expected is None)
    assert found is None or expected is None or abs(int(found) - expected) < CLOSE_MS


async def _tried(call: Call, ctx: Context) -> Result:
    try:
        return await call(ctx)
    except Refusal as refusal:
        return refusal.code


def _answer(talk: Talk, turn: str, reason: str | None, covered: str) -> TurnAnswer:
    packet = {
        "version": 1,
        "conversation": talk.id,
        "turn": turn,
        "channel": "widget",
        "page": "",
        "verified": False,
        "reasons": [
            {"reason": "security", "kind": "incident"} if reason == "incident" else {"reason": reason}
        ],
        "transcript": {"through_seq": 0, "count": 0, "digest": covered},
    }
    button = {"id": "", "title": "A button", "payload": "/pressed"}
    said = [] if reason else [{"text": "An answer.", "choices": [button]}]
    return TurnAnswer.model_validate(
        {
            "version": 1,
            "turn": turn,
            "model": "scripted",
            "messages": said,
            "state": {},
            "packet": packet if reason else None,
        }
    )


def _text(body: str) -> str:
    return str(json.loads(body)["text"])
