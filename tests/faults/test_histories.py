"""No history breaks a promise."""

from tests.faults.histories import Replicas, play


def test_that_no_history_breaks_a_promise(replicas: Replicas) -> None:
    """Some 12,000 steps."""
    play(replicas, seeds=[None] * 100)
