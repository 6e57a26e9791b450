"""`python -m tests.faults.found`: which histories find each mutant, for found.json. Ten minutes.

The test plays these first, and the others only where they find nothing: a changed machine or script costs time,
never a promise.
"""

import json
import sys
import tempfile
from pathlib import Path

from redis.exceptions import ResponseError

from deploy.local.valkey import Valkey
from tests.faults.histories import Replicas, play
from tests.faults.mutants import mutants

FILE = Path(__file__).with_name("found.json")
SEEDS = range(300)


def seeds_for(name: str) -> list[int]:
    first = json.loads(FILE.read_text(encoding="utf-8")).get(name)
    return sorted(SEEDS, key=lambda one: one != first)


def finds(replicas: Replicas, one: int) -> bool:
    try:
        play(replicas, seeds=[one])
    except (AssertionError, ResponseError):
        return True
    return False


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Valkey(Path(folder))
        server.start()
        replicas = Replicas(server)
        found = {}
        for mutant in mutants():
            replicas.load(mutant.scripts)
            found[mutant.name] = next((one for one in SEEDS if finds(replicas, one)), None)
            print(f"{mutant.name}: {found[mutant.name]}", flush=True)
        replicas.close()
        server.stop()
    if missed := [name for name, one in found.items() if one is None]:
        sys.exit(f"No history finds {', '.join(missed)}. Add a rule or a beginning (LEADS) that does.")
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
