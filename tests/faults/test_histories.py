"""No history breaks a promise."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from deploy.local.valkey import Valkey
from tests.faults.histories import Histories, Replicas


def test_that_no_history_breaks_a_promise(valkey: Valkey) -> None:
    """Some 12,000 steps."""
    Histories.replicas = Replicas(valkey)
    try:
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=200,
                stateful_step_count=60,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        Histories.replicas.close()
