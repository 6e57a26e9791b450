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


@pytest.mark.parametrize("name", list(ReasonName))
def test_that_every_reason_has_a_target_and_a_sentence(name: ReasonName) -> None:
    assert Targets().of({"reason": name}) > 0
    assert words.handed_over([{"reason": name}], 12)


def test_that_the_gravest_reason_speaks() -> None:
    both = words.handed_over([{"reason": "requested"}, {"reason": "security", "kind": "incident"}], 12)
    assert both == words.handed_over([{"reason": "security", "kind": "incident"}], 12)


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
