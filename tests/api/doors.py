"""Who may pass which door: the table of docs/roles.md, and how each cell is tried (test_roles.py)."""

from dataclasses import dataclass

WHO = ("nobody", "customer", "other customer", "agent", "security agent", "supervisor", "trainer", "admin")
DESK = frozenset(WHO[3:])
WORKS = DESK - {"trainer"}
INCIDENTS = frozenset({"security agent", "supervisor", "admin"})
LEADS = frozenset({"supervisor", "admin"})
_C, _D = "/api/v1/conversations", "/api/v1/desk"


@dataclass(frozen=True)
class Door:
    """`may`: who passes; for everybody else the status is `refused` (401 where nobody is logged in)."""

    name: str
    method: str
    path: str
    may: frozenset[str]
    refused: int = 404
    body: tuple[tuple[str, object], ...] = ()


def _call(type_: str, may: frozenset[str], refused: int = 404, **body: object) -> Door:
    return Door(f"call `{type_}`", "POST", f"{_D}/calls", may, refused, (("type", type_), *body.items()))


EVERYBODY = frozenset(WHO)
CUSTOMER = frozenset({"customer"})
# {general} and {incident} are conversations in line; {mine} one that the asking person has taken, with its fence.
DOORS = (
    Door("the widget's texts", "GET", "/api/v1/widget/demo", EVERYBODY),
    Door("begin a conversation", "POST", _C, EVERYBODY, body=(("widget", "demo"),)),
    Door("read one's conversation", "GET", f"{_C}/{{general}}", CUSTOMER),
    Door("save its transcript", "GET", f"{_C}/{{general}}/transcript", CUSTOMER),
    Door("write in it", "POST", f"{_C}/{{general}}/calls", CUSTOMER, body=(("type", "say"), ("text", "hello"))),
    Door("who am I", "GET", f"{_D}/session", DESK),
    Door("the lists", "GET", f"{_D}/conversations", DESK),
    Door("read a conversation", "GET", f"{_D}/conversations/{{general}}", WORKS),
    Door("read an incident", "GET", f"{_D}/conversations/{{incident}}", INCIDENTS),
    _call("take", WORKS, conversation="{general}"),
    Door("call `take`, of an incident", "POST", f"{_D}/calls", INCIDENTS,
         body=(("type", "take"), ("conversation", "{incident}"))),
    _call("note", WORKS, conversation="{general}", text="for colleagues"),
    _call("reply", WORKS, conversation="{mine}", fence="{fence}", text="hello", seen=9),
    _call("propose", WORKS, conversation="{mine}", fence="{fence}", seen=9),
    _call("give_back", WORKS, conversation="{mine}", fence="{fence}"),
    _call("transfer", WORKS, conversation="{mine}", fence="{fence}", lane="general", text="please"),
    _call("to_bot", WORKS, conversation="{mine}", fence="{fence}"),
    _call("snooze", WORKS, conversation="{answered}", fence="{fence}", until="{soon}"),
    _call("promise", WORKS, conversation="{mine}", fence="{fence}", at="{soon}"),
    _call("unwanted", WORKS, conversation="{mine}", fence="{fence}", outcome="spam"),
    _call("undo_unwanted", LEADS, 403, conversation="{spam}"),
    _call("offers", DESK, on=True),
    _call("decline", WORKS, conversation="{general}"),
    Door("colleagues", "GET", f"{_D}/people", DESK),
    Door("accounts", "GET", f"{_D}/accounts", frozenset({"admin"}), 403),
    Door("add a person", "POST", f"{_D}/accounts", frozenset({"admin"}), 403, (("login", "somebody"),)),
    Door("change a person", "PATCH", f"{_D}/accounts/target", frozenset({"admin"}), 403, (("name", "New"),)),
    Door("one's own password", "POST", f"{_D}/session/password", DESK,
         body=(("current", "correct horse battery"), ("new", "another horse battery"))),
    Door("log out", "DELETE", f"{_D}/session", DESK),
    Door("another bot's handoff, unsigned", "POST", "/api/v1/handoffs", frozenset(), 401, (("version", 1), ("bot", "x"),
         ("external_id", "x"), ("operation", "operation"), ("transcript", ()),
         ("packet", {"version": 1, "reasons": [{"reason": "requested"}]}))),
    Door("the packet's schema", "GET", "/api/v1/schemas/handoff-packet.json", EVERYBODY),
)  # fmt: skip


def expected(door: Door, who: str) -> int | None:
    """The status of the refusal, or None where this person passes."""
    if who in door.may:
        return None
    if door.path.startswith(_D) and who not in DESK:
        return 401
    # A trainer sees no conversation, so there is none to be refused.
    return (
        404
        if door.refused == 403 and who == "trainer" and "conversation" in dict(door.body)
        else door.refused
    )


def table() -> str:
    lines = [f"| | {' | '.join(WHO)} |", "|---" * (len(WHO) + 1) + "|"]
    for door in DOORS:
        cells = [str(expected(door, who) or "yes") for who in WHO]
        lines.append(f"| {door.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
