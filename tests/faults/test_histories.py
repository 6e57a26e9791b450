"""No history breaks a promise."""

from deploy.local.valkey import Valkey
from tests.faults.histories import play


def test_that_no_history_breaks_a_promise(valkey: Valkey) -> None:
    """Some 12,000 steps."""
    play(valkey, seeds=[None] * 20)
