"""Each guard of each script, taken out once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handoff_service.store.scripts import sources

# Guards that are conditions and not refusals: what stands there, and what it becomes without its guard.
CONDITIONS = {
    "answer": [
        ("if C.state ~= 'bot' or C.turn ~= A.turn then", "if C.state ~= 'bot' then"),
        ("if C.turn then return {state = C.state, late = true} end", ""),
        ("A.packet and C.failed_turn == A.turn and", "A.packet and"),
        ("failed_turn = false})\n      join", "})\n      join"),
        ("and (C.state == 'waiting' or C.state == 'agent') then", "then"),
    ],
    "answer_proposal": [("C.state == 'confirming' and C.proposal == A.proposal", "C.state == 'confirming'")],
    "close_idle": [
        ("C.state ~= 'bot' or", ""),
        ("C.turn or", ""),
        ("or number('last_time') + A.idle > NOW", ""),
    ],
    "close_unconfirmed": [
        ("not C.confirm_until or", ""),
        ("or number('confirm_until') > NOW", ""),
    ],
    "decline": [
        ("not C.offered or", ""),
        ("or C.reserved_for ~= A.agent then", "then"),
    ],
    "due": [
        ("if not holds then return {happened = false} end", ""),
        ("C.due and number('due') <= NOW", "C.due"),
        ("C.next_word and number('next_word') <= NOW", "C.next_word"),
        ("C.snoozed_until and number('snoozed_until') <= NOW", "C.snoozed_until"),
        ("C.offered and number('reserved_until') <= NOW", "C.offered"),
    ],
    "hand_off": [
        ("if A.turn and (C.state ~= 'bot' or C.turn ~= A.turn) then", "if A.turn and C.state ~= 'bot' then"),
        ("if C.state == 'confirming' then back_to_owner() else place() end", "place()"),
    ],
    "incident_alone": [("and C.state == 'waiting' and C.lane == 'security' and C.due ~= nil", "")],
    "lapse": [
        ("or C.owner ~= A.agent", ""),
        ("or not vanished", ""),
        ("C.state ~= 'agent' or", ""),
    ],
    "lease_turn": [
        ("if C.turn ~= A.turn then return {gone = true} end", ""),
        (
            "elseif tonumber(redis.call('ZSCORE', key('turns'), ID) or NOW + 1) > NOW then",
            "elseif false then",
        ),
    ],
    "offer": [
        ("not redis.call('ZSCORE', key('wants'), A.agent) or", ""),
        ("or busy(A.agent) >= A.capacity", ""),
        ("or redis.call('SCARD', key('offered:' .. A.agent)) > 0 then", "then"),
        ("first_in_line(true)", "first_in_line()"),
    ],
    "receive": [
        ("'handoff ' .. A.operation) == 1 then", "'handoff ' .. A.operation) == 2 then"),
        ("if entry.time > until_ then", "if true then"),
        ("elseif C.state == 'confirming' then", "elseif false then"),
    ],
    "report": [
        ("if before then return {seq = before, state = C.state} end", ""),
        ("if C.state == 'confirming' then back_to_owner() else place() end", "place()"),
    ],
    "reply": [("if before then return {seq = before} end", "")],
    "say": [
        ("if before then return {seq = before, state = C.state} end", ""),
        ("and NOW - number('closed_at') <= A.reopen", ""),
        ("and not UNWANTED[C.outcome]", ""),
        ("elseif C.state == 'confirming' then", "elseif false then"),
    ],
    "score": [
        (
            "if redis.call('ZREM', key('unscored'), ID .. ' ' .. A.seq) == 0 then return {joined = false} end",
            "",
        ),
        ("local joined = with_people and", "local joined ="),
    ],
    "take": [
        ("(C.unanswered_since and not (C.offered and C.reserved_for == A.agent)) and 1 or 0", "0"),
        ("C.offered and C.reserved_for == A.agent", "C.offered"),
    ],
    "_prelude": [
        ("if first then return first end", ""),
        ("if not C.unanswered_since then set({unanswered_since", "if true then set({unanswered_since"),
        ("and NOW < number('reserved_until')", ""),
        ("return C.reserved_for and C.reserved_for ~= agent", "return false and C.reserved_for"),
        ("if lane == C.lane then return true end", "do return true end"),
        ("if present(owner) then move('agent') return end", "do move('agent') return end"),
        ("and NOW - number('closed_at') <= A.reopen and C.last_owner", "and C.last_owner"),
        ("if not C.unanswered_since or not with_people then", "if not with_people or not C.target then"),
        ("math.min(number('target') or target, target)", "target"),
        ("(C.lane == 'security') and 'security' or lane", "lane"),
        ("math.min(number('next_word') or math.huge, NOW + A.word)", "NOW + A.word"),
    ],
}
REPEAT = "if first then return first end"
_REFUSAL = re.compile(r"^[ \t]*require_that\(", re.M)


@dataclass(frozen=True)
class Mutant:
    """`scripts` are all texts, as Scripts takes them."""

    name: str
    scripts: dict[str, str]


def mutants() -> Iterator[Mutant]:
    texts = sources()
    prelude = _prelude(texts)
    for script in sorted(texts):
        own = texts[script].removeprefix(prelude)
        for number, (start, end) in enumerate(_refusals(own), 1):
            yield Mutant(f"{script} refusal {number}", texts | {script: prelude + own[:start] + own[end:]})
        for statement in re.findall(r"^  require_fence\(\)\n", own, re.M):
            yield Mutant(f"{script} fence", texts | {script: prelude + own.replace(statement, "")})
        if own.count("require_") == 0 and script not in CONDITIONS:
            # Nothing but what all scripts begin with: that a repeat gets the first answer.
            yield Mutant(f"{script} repeat", texts | {script: prelude.replace(REPEAT, "") + own})
    for number, (start, end) in enumerate(_refusals(prelude), 1):
        yield Mutant(f"_prelude refusal {number}", _with(texts, prelude, prelude[:start] + prelude[end:]))
    for script, pairs in CONDITIONS.items():
        text = prelude if script == "_prelude" else texts[script].removeprefix(prelude)
        for number, (guard, without) in enumerate(pairs, 1):
            assert guard in text, f"{script}: there is no {guard}"
            changed = text.replace(guard, without, 1)
            scripts = (
                _with(texts, prelude, changed)
                if script == "_prelude"
                else texts | {script: prelude + changed}
            )
            yield Mutant(f"{script} condition {number}", scripts)


def _prelude(texts: dict[str, str]) -> str:
    """What all scripts begin with."""
    first, last = min(texts.values()), max(texts.values())
    length = next(place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: first.rindex("\nend\n", 0, length) + len("\nend\n")]


def _with(texts: dict[str, str], prelude: str, changed: str) -> dict[str, str]:
    return {name: changed + text.removeprefix(prelude) for name, text in texts.items()}


def _refusals(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each require_that(...) statement."""
    for match in _REFUSAL.finditer(text):
        depth, place = 1, match.end()
        quoted = False
        while depth:
            char = text[place]
            quoted ^= char == "'"
            depth += 0 if quoted else (char == "(") - (char == ")")
            place += 1
        yield match.start(), place
