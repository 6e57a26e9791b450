"""The test of the test: a script without one of its guards is found out by the histories."""

import pytest
from redis.exceptions import ResponseError

from handoff_service.store.scripts import sources
from tests.faults.found import seeds_for
from tests.faults.histories import Replicas, play
from tests.faults.mutants import mutants

MUTANTS = {mutant.name: mutant.scripts for mutant in mutants()}


@pytest.mark.parametrize("name", MUTANTS)
def test_that_no_guard_goes_missing_unnoticed(replicas: Replicas, name: str) -> None:
    """The same histories each time, at most 300; those that found it before come first (found.json)."""
    replicas.load(MUTANTS[name])
    with pytest.raises((AssertionError, ResponseError)):
        play(replicas, seeds=seeds_for(name))


def test_that_each_script_has_a_mutant() -> None:
    assert {name.split(" ")[0] for name in MUTANTS} - {"_prelude"} == set(sources())
