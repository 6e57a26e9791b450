"""What must be true of conversations, told a second time and apart from the service: it imports nothing of it.

Each method is one operation. It returns the code of the refusal that is due, or None and changes the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SECOND = 1000
HOUR = 3600 * SECOND
LEASE, RESERVATION, ACCEPT = 60 * SECOND, 60 * SECOND, 30 * SECOND
CONFIRM, REOPEN, IDLE, WORD = 24 * HOUR, 72 * HOUR, 24 * HOUR, 12 * HOUR
TURN_LEASE, TURN_DEADLINE = 3 * SECOND, 5 * SECOND
FULL = 16
LONGEST = 30 * 24 * HOUR
TARGETS = {"incident": 120, "anger": 300, "bot_failed": 600, "requested": 600, "uncertainty": 900}


@dataclass
class Agent:
    name: str
    lanes: tuple[str, ...]
    seen: float = 0.0


@dataclass
class Talk:
    """`open` is the seq of the oldest thing that nobody has answered; `log` the kinds of its entries."""

    id: str
    state: str = "bot"
    log: list[str] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    notes: int = 0
    epoch: int = 1
    owner: str | None = None
    last_owner: str | None = None
    fence: str | None = None
    open: int | None = None
    front: bool = False
    target: int | None = None
    lane: str = "general"
    security: bool = False
    outcome: str | None = None
    closed_at: float = 0.0
    reserved: tuple[str, float, bool] | None = None
    proposal: int | None = None
    confirm_until: float | None = None
    turn: str | None = None
    turn_at: float = 0.0
    turn_held: float = 0.0
    failed_turn: str | None = None
    choices: str | None = None
    next_word: float | None = None
    snoozed_until: float | None = None
    spoken_at: float = 0.0
    touched_at: float = 0.0
    undo: int | None = None
    unscored: dict[int, float] = field(default_factory=dict)
    operation: str | None = None
    brought_until: float = 0.0
    sent: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        return len(self.log)

    @property
    def with_people(self) -> bool:
        return self.state in {"waiting", "agent"}

    @property
    def last_customer(self) -> int:
        return max((seq for seq, kind in enumerate(self.log, 1) if kind == "customer"), default=0)


class Model:
    """`now` (ms) is set before each operation; `since` tells since when (ms) a conversation waits for an answer."""

    def __init__(self, capacity: int) -> None:
        self.now = 0.0
        self.capacity = capacity
        self.talks: dict[str, Talk] = {}
        self.agents = {
            "sam": Agent("sam", ("security", "general")),
            "kim": Agent("kim", ("general",)),
            "ida": Agent("ida", ("security", "general")),
        }
        self.wants: list[str] = []
        self.since: Any = None

    # --- what several operations need

    def _append(self, talk: Talk, kind: str, text: str = "") -> int:
        talk.log.append(kind)
        talk.texts[talk.seq] = text
        talk.spoken_at = self.now
        return talk.seq

    def _owed(self, talk: Talk, seq: int) -> None:
        talk.open = seq if talk.open is None else talk.open
        talk.snoozed_until = None

    def _settled(self, talk: Talk) -> None:
        talk.open, talk.front = None, False

    def _present(self, agent: str | None) -> bool:
        return agent is not None and self.agents[agent].seen + LEASE > self.now

    def _move(self, talk: Talk, to: str) -> None:
        talk.epoch += 1
        talk.turn = None
        talk.proposal = talk.confirm_until = None
        talk.reserved = None
        if talk.state == "closed":
            talk.outcome = None
            talk.next_word = self.now + WORD if to == "waiting" and talk.security else None
        if talk.owner and to not in {"agent", "confirming"}:
            talk.last_owner, talk.owner, talk.fence, talk.snoozed_until = talk.owner, None, None, None
        talk.state = to
        if to == "closed":
            talk.closed_at = self.now
            self._settled(talk)
        if to == "bot":
            talk.target, talk.lane, talk.security, talk.last_owner = None, "general", False, None
        if to in {"bot", "closed"}:
            talk.next_word = None

    def _back_to_owner(self, talk: Talk) -> None:
        owner = talk.owner
        assert owner
        if self._present(owner):
            self._move(talk, "agent")
        else:
            self._move(talk, "waiting")
            talk.reserved = (owner, self.now + RESERVATION, False)

    def _to_line(self, talk: Talk) -> None:
        again = talk.state == "closed" and self.now - talk.closed_at <= REOPEN and talk.last_owner
        self._move(talk, "waiting")
        if again:
            talk.reserved = (again, self.now + RESERVATION, False)

    def _reason(self, talk: Talk, reason: str) -> None:
        target = TARGETS[reason] * SECOND
        talk.target = target if talk.target is None else min(talk.target, target)
        if reason == "incident":
            talk.lane, talk.security = "security", True
        if talk.security:
            soonest = self.now + WORD
            talk.next_word = soonest if talk.next_word is None else min(talk.next_word, soonest)

    def _reserved_for_another(self, talk: Talk, agent: str) -> bool:
        return bool(talk.reserved and talk.reserved[0] != agent and self.now < talk.reserved[1])

    def busy(self, agent: str) -> int:
        mine = [
            t for t in self.talks.values() if t.owner == agent and t.state == "agent" and t.open is not None
        ]
        return len(mine) + len(self.offered(agent))

    def offered(self, agent: str) -> list[Talk]:
        return [t for t in self.talks.values() if t.reserved and t.reserved[2] and t.reserved[0] == agent]

    def line(self, agent: str) -> list[Talk]:
        """What waits for an answer and this agent may see, as the line has it."""
        lanes = self.agents[agent].lanes
        waiting = [
            talk
            for talk in self.talks.values()
            if talk.state == "waiting" and talk.open is not None and talk.lane in lanes
        ]
        return sorted(waiting, key=lambda talk: self.since(talk) + (0 if talk.front else talk.target or 0))

    # --- the customer

    def say(self, talk: Talk, op: str, text: str, button_of: str | None = None) -> str | None:
        """`button_of`: the bot's turn whose button is pressed."""
        if ("customer", op) in talk.sent:
            return None if talk.sent[("customer", op)][1] == text else "other_text"
        if button_of and button_of != talk.choices:
            return "unknown_choice"
        if talk.seq >= FULL:
            return "too_many_messages"
        talk.choices = None
        seq = self._append(talk, "customer", text)
        talk.sent[("customer", op)] = (seq, text)
        self._owed(talk, seq)
        if talk.state == "closed":
            fresh = talk.last_owner and self.now - talk.closed_at <= REOPEN
            if fresh and talk.outcome not in {"spam", "abuse"}:
                self._to_line(talk)
                self._append(talk, "system")
            else:
                self._move(talk, "bot")
        elif talk.state == "confirming":
            self._back_to_owner(talk)
        if talk.state != "bot":
            talk.unscored[seq] = self.now
        return None

    def ask_person(self, talk: Talk, reason: str = "requested") -> str | None:
        self._reason(talk, reason)
        if talk.state in {"bot", "closed"}:
            self._score_open(talk)
        self._owed(talk, talk.seq)
        if talk.state in {"bot", "closed"}:
            self._to_line(talk)
            talk.failed_turn = talk.choices = None
            self._append(talk, "system")
        elif talk.state == "confirming":
            self._back_to_owner(talk)
        return None

    def report(self, talk: Talk, op: str, text: str) -> str | None:
        if ("customer", op) in talk.sent:
            return None if talk.sent[("customer", op)][1] == text else "other_text"
        if talk.seq >= FULL:
            return "too_many_messages"
        talk.sent[("customer", op)] = (self._append(talk, "customer", text), text)
        talk.unscored[talk.seq] = self.now
        failed = talk.failed_turn
        self.ask_person(talk, "incident")
        talk.failed_turn = failed
        return None

    def never_mind(self, talk: Talk) -> str | None:
        if talk.state != "waiting":
            return "wrong_move"
        self._settled(talk)
        self._move(talk, "bot")
        self._append(talk, "system")
        return None

    def end(self, talk: Talk) -> str | None:
        if talk.state == "closed":
            return "wrong_move"
        self._move(talk, "closed")
        talk.outcome = "ended"
        self._append(talk, "system")
        return None

    def judge(self, talk: Talk, proposal: int, solved: bool) -> str | None:
        if talk.state != "confirming" or talk.proposal != proposal:
            return "proposal_gone"
        seq = self._append(talk, "system")
        if solved:
            self._move(talk, "closed")
            talk.outcome = "solved"
        else:
            self._owed(talk, seq)
            talk.front = True
            self._back_to_owner(talk)
        return None

    # --- the bot

    def answer(self, talk: Talk, turn: str, reason: str | None, covers: bool) -> str | None:
        if talk.state != "bot" or talk.turn != turn:
            if talk.turn is None:
                talk.notes += 1
                if reason and talk.failed_turn == turn and talk.with_people:
                    talk.failed_turn = None
                    self._reason(talk, reason)
            return None
        if reason and not covers:
            return "packet_digest"
        if reason:
            self._reason(talk, reason)
            self._to_line(talk)
            self._append(talk, "system")
            talk.choices = None
        else:
            self._append(talk, "bot")
            self._settled(talk)
            talk.turn, talk.choices = None, turn
        return None

    def bot_failed(self, talk: Talk, turn: str) -> str | None:
        if talk.state == "bot" and talk.turn == turn:
            self.ask_person(talk, "bot_failed")
            talk.failed_turn = turn
        return None

    def _score_open(self, talk: Talk) -> None:
        for seq in range(talk.open or talk.seq + 1, talk.seq + 1):
            if talk.log[seq - 1] == "customer":
                talk.unscored.setdefault(seq, self.now)

    def scored(self, talk: Talk, seq: int, reason: str) -> str | None:
        if talk.unscored.pop(seq, None) is None:
            return None
        talk.touched_at = self.now
        if talk.state in {"waiting", "agent", "confirming"}:
            self._reason(talk, reason)
        return None

    def renew(self, talk: Talk, turn: str | None) -> bool:
        """Whether the turn is still this one's to hold; None: of one that nobody may hold any more."""
        if talk.turn is None or (talk.turn_held > self.now if turn is None else talk.turn != turn):
            return False
        talk.turn_held = self.now + TURN_LEASE
        return True

    def receive(self, talk: Talk, operation: str, said: list[tuple[float, str]]) -> str | None:
        if talk.operation == operation:
            return None
        talk.operation = operation
        for at, text in said:
            if at > talk.brought_until:
                self._append(talk, "customer", text)
        talk.brought_until = max(talk.brought_until, *(at for at, _ in said))
        failed, choices, unscored = talk.failed_turn, talk.choices, dict(talk.unscored)
        self.ask_person(talk)
        talk.failed_turn, talk.choices, talk.unscored = failed, choices, unscored
        return None

    # --- agents

    def take(self, agent: str, talk: Talk | None) -> tuple[str | None, Talk | None]:
        if talk is None:
            free = [one for one in self.line(agent) if not self._reserved_for_another(one, agent)]
            if not free:
                return "line_empty", None
            talk = free[0]
        if talk.lane not in self.agents[agent].lanes:
            return "not_found", None
        if talk.owner:
            return "taken", None
        if talk.state != "waiting":
            return "wrong_move", None
        if self._reserved_for_another(talk, agent):
            return "taken", None
        held = talk in self.offered(agent)
        if self.busy(agent) + (talk.open is not None and not held) > self.capacity:
            return "no_capacity", None
        self._move(talk, "agent")
        talk.owner = agent
        self.agents[agent].seen = max(self.now, self.agents[agent].seen)
        self._append(talk, "system")
        return None, talk

    def reply(self, talk: Talk, agent: str, op: str, text: str, seen: int, fits: bool) -> str | None:
        if (agent, op) in talk.sent:
            return None if talk.sent[(agent, op)][1] == text else "other_text"
        if not fits:
            return "not_yours"
        if talk.seq >= FULL:
            return "too_many_messages"
        seq = self._append(talk, "agent", text)
        talk.sent[(agent, op)] = (seq, text)
        if talk.open is not None and talk.open <= seen:
            since = seen + 1
            self._settled(talk)
            later = [n for n in range(since, talk.seq + 1) if talk.log[n - 1] == "customer"]
            talk.open = later[0] if later else None
        self._word_given(talk)
        return None

    def _word_given(self, talk: Talk) -> None:
        talk.next_word = self.now + WORD if talk.security else None

    def propose(self, talk: Talk, text: str, seen: int, fits: bool) -> str | None:
        if not fits:
            return "not_yours"
        if talk.state != "agent":
            return "wrong_move"
        if talk.last_customer > seen:
            return "unread"
        self._append(talk, "agent", text)
        self._settled(talk)
        self._word_given(talk)
        self._move(talk, "confirming")
        talk.snoozed_until = None
        talk.proposal = talk.epoch
        talk.confirm_until = None if talk.lane == "security" else self.now + CONFIRM
        self._append(talk, "system")
        return None

    def give_back(self, talk: Talk, fits: bool, noted: bool) -> str | None:
        if not fits:
            return "not_yours"
        talk.notes += noted
        self._move(talk, "waiting")
        self._append(talk, "system")
        return None

    def transfer(self, talk: Talk, to: str | None, lane: str | None, fits: bool) -> str | None:
        if not fits:
            return "not_yours"
        talk.notes += 1
        if lane == "security":
            self._reason(talk, "incident")
            self._owed(talk, talk.seq)
        elif lane:
            talk.lane = "general"
        self._move(talk, "waiting")
        if to:
            talk.reserved = (to, self.now + RESERVATION, False)
        self._append(talk, "system")
        return None

    def to_bot(self, talk: Talk, fits: bool, noted: bool) -> str | None:
        if not fits:
            return "not_yours"
        if talk.lane == "security" or talk.state != "agent":
            return "wrong_move"
        talk.notes += noted
        self._move(talk, "bot")
        self._append(talk, "system")
        if talk.open is None or talk.last_customer < max(talk.open, 1):
            self._settled(talk)
        return None

    def snooze(self, talk: Talk, until: float, fits: bool) -> str | None:
        if not fits:
            return "not_yours"
        if talk.state != "agent":
            return "wrong_move"
        if talk.open is not None:
            return "unread"
        if until <= self.now:
            return "bad_time"
        talk.snoozed_until = until
        return None

    def promise(self, talk: Talk, at: float, fits: bool) -> str | None:
        if not fits:
            return "not_yours"
        if not self.now < at <= self.now + (WORD if talk.security else LONGEST):
            return "bad_time"
        talk.next_word = at
        self._append(talk, "system")
        return None

    def unwanted(self, talk: Talk, fits: bool) -> str | None:
        if not fits:
            return "not_yours"
        talk.notes += 1
        talk.undo = talk.open
        self._move(talk, "closed")
        talk.outcome = "spam"
        self._append(talk, "system")
        return None

    def undo_unwanted(self, talk: Talk) -> str | None:
        if talk.outcome != "spam":
            return "wrong_move"
        talk.notes += 1
        talk.open = talk.seq if talk.undo is None else talk.undo
        self._move(talk, "waiting")
        self._append(talk, "system")
        return None

    def decline(self, talk: Talk, agent: str) -> None:
        if talk.reserved and talk.reserved[2] and talk.reserved[0] == agent:
            talk.reserved = None
            self.want(agent, False)

    def want(self, agent: str, on: bool) -> None:
        if on and agent not in self.wants:
            self.wants.append(agent)
        if not on and agent in self.wants:
            self.wants.remove(agent)

    # --- time

    def sweep(self) -> None:
        """What is due, in the order in which a replica looks at it."""
        for talk in self.talks.values():
            if talk.turn and talk.turn_held <= self.now:
                if talk.turn_at + TURN_DEADLINE <= self.now:
                    self.bot_failed(talk, talk.turn)
                else:
                    talk.turn_held = self.now + TURN_LEASE
        for talk in self.talks.values():
            if talk.state == "agent" and talk.open is not None and not self._present(talk.owner):
                self._move(talk, "waiting")
                self._append(talk, "system")
        for talk in self.talks.values():
            self._timers(talk)
        for talk in self.talks.values():
            last = max(talk.spoken_at, talk.touched_at)
            if talk.state == "bot" and not talk.turn and last + IDLE <= self.now:
                if talk.seq:
                    self._append(talk, "system")
                self._move(talk, "closed")
                talk.outcome = "idle"
            for seq, at in list(talk.unscored.items()):
                if self.now - at > HOUR:
                    del talk.unscored[seq]
                    talk.touched_at = self.now
        self.offer()

    def _timers(self, talk: Talk) -> None:
        if talk.confirm_until and talk.confirm_until <= self.now:
            self._append(talk, "system")
            self._move(talk, "closed")
            talk.outcome = "unconfirmed"
        if talk.snoozed_until and talk.snoozed_until <= self.now:
            talk.snoozed_until = None
        if talk.reserved and talk.reserved[2] and talk.reserved[1] <= self.now:
            self.want(talk.reserved[0], False)
            talk.reserved = None
            talk.notes += 1

    def offer(self) -> None:
        for agent in list(self.wants):
            if not self._present(agent) or self.busy(agent) >= self.capacity or self.offered(agent):
                continue
            free = [one for one in self.line(agent) if not self._reserved_for_another(one, "")]
            if free:
                free[0].reserved = (agent, self.now + ACCEPT, True)
                self.want(agent, False)
                self.want(agent, True)

    def boundaries(self) -> list[float]:
        """Times at which something changes by itself; a test that stands close to one cannot know its side."""
        found = [agent.seen + LEASE for agent in self.agents.values()]
        for talk in self.talks.values():
            found += [
                talk.closed_at + REOPEN,
                talk.spoken_at + IDLE,
                talk.touched_at + IDLE,
                talk.confirm_until or 0,
            ]
            found += [talk.snoozed_until or 0, talk.next_word or 0, talk.reserved[1] if talk.reserved else 0]
            found += [at + HOUR for at in talk.unscored.values()]
            found += [talk.turn_at + TURN_DEADLINE, talk.turn_held] if talk.turn else []
        return found
