from collections.abc import Iterator

import pytest

from deploy.local.valkey import Valkey
from tests.faults.histories import Replicas


@pytest.fixture(scope="module")
def replicas(valkey: Valkey) -> Iterator[Replicas]:
    both = Replicas(valkey)
    yield both
    both.close()
