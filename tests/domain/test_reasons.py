import re

import pytest

from handoff_service.domain import words
from handoff_service.domain.agents import Agent, Role, lanes, may_see
from handoff_service.domain.conversation import MOVES, Lane, State
from handoff_service.domain.reasons import ReasonName, Targets, urgency


def test_that_the_earliest_target_of_several_reasons_counts() -> None:
    reasons = [{"reason": "uncertainty"}, {"reason": "anger"}]
    assert urgency(reasons, Targets()).target_ms == 300_000


@pytest.mark.parametrize(
    ("kind", "lane"), [("incident", Lane.SECURITY), ("question", Lane.GENERAL), (None, Lane.GENERAL)]
)
def test_that_only_incidents_go_to_the_security_lane(kind: str | None, lane: Lane) -> None:
    assert urgency([{"reason": "security", "kind": kind}], Targets()).lane == lane


INCIDENT, QUESTION = ({"reason": "security", "kind": kind} for kind in ("incident", "question"))
ANGER = {"reason": "anger"}


@pytest.mark.parametrize("name", list(ReasonName))
def test_that_every_reason_has_a_target_and_a_sentence_of_its_own(name: ReasonName) -> None:
    assert Targets().of({"reason": name}) > 0
    others = [words.handed_over([{"reason": other}], 12) for other in ReasonName if other != name]
    said = words.handed_over([{"reason": name}], 12)
    assert said not in others
    assert not re.search(r"https?:|rephrase|again\?|[^\x00-\x7f“”]", said), (
        "no link, no emoji, nothing to do twice"
    )


@pytest.mark.parametrize("reason", [INCIDENT, QUESTION])
def test_that_security_says_when_and_that_nobody_asks_for_a_password(reason: dict[str, str]) -> None:
    said = words.handed_over([reason], 6)
    assert "when" in said
    assert "ask for your password" in said


def test_that_an_incident_names_the_longest_silence() -> None:
    assert "every 6 hours" in words.handed_over([INCIDENT], 6)
    assert "every hour," in words.handed_over([INCIDENT], 1)


def test_that_anger_gets_an_apology_and_a_fact() -> None:
    assert words.handed_over([ANGER], 12).startswith("I am sorry. So far only an automatic assistant")
    said = words.handed_over([ANGER], 12, ["Invoices", "Refunds"])
    assert said.startswith("I am sorry. My answer about “Refunds” did not settle it.")


def test_that_the_gravest_reason_speaks_and_anger_is_not_passed_over() -> None:
    incident = words.handed_over([INCIDENT], 12)
    assert words.handed_over([{"reason": "requested"}, INCIDENT], 12) == incident
    assert words.handed_over([INCIDENT, ANGER], 12) == f"I am sorry. {incident}"


def test_that_every_state_has_a_way_on_and_only_known_ones() -> None:
    assert set(MOVES) == set(State)
    assert all(there and set(there) <= set(State) for there in MOVES.values())


def test_that_an_incident_is_seen_only_with_the_skill_or_by_a_supervisor_or_its_owner() -> None:
    plain = Agent("a_1", "kim", "Kim", Role.AGENT)
    skilled = Agent("a_2", "sam", "Sam", Role.AGENT, ("security",))
    boss = Agent("a_3", "ida", "Ida", Role.SUPERVISOR)
    incident = {"lane": "security"}
    assert [may_see(agent, incident) for agent in (plain, skilled, boss)] == [False, True, True]
    assert may_see(plain, incident | {"owner": "a_1"})
    assert lanes(plain) == (Lane.GENERAL,)
