"""`make docs`: the parts of docs/ that are drawn from what the code says. test_docs.py holds them to it."""

from pathlib import Path

from handoff_service.domain.conversation import MOVES, State
from tests.api.doors import table

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROLES = """\
# Who may do what

Drawn by `make docs` from `tests/api/doors.py`; each cell is tried by `tests/api/test_roles.py`. A number is the status
of the refusal: 404 where the conversation is none of theirs to see, 401 without a session, 403 where the role may not.
A customer is known by the token of one conversation, people of the desk by their session.

"""
STATES = """\
# The states of a conversation

Drawn by `make docs` from `MOVES` in `handoff_service/domain/conversation.py`, by which every script judges its moves.

"""


def roles() -> str:
    return ROLES + table()


def states() -> str:
    edges = [f"    {here} --> {to}: {why}" for here, there in MOVES.items() for to, why in there.items()]
    return STATES + "\n".join(
        ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.BOT}", *edges, "```", ""]
    )


DRAWN = {"roles.md": roles, "states.md": states}

if __name__ == "__main__":
    for name, draw in DRAWN.items():
        (DOCS / name).write_text(draw(), encoding="utf-8")
        print(f"docs/{name}")
