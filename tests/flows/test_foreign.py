"""What another bot sends is as masked as what customers type, and each of its operations counts once."""

import json
from typing import Any

from handoff_service.flows import foreign, resolution
from handoff_service.wire import ForeignHandoff
from tests.support.service import Running, op


def handed(operation: str, **packet: Any) -> ForeignHandoff:
    reasons = [{"reason": "anger", "evidence": [{"rule": "model", "words": "my password is hunter2"}]}]
    said = {"author": "customer", "text": "my password is hunter2", "time": 1_000}
    return ForeignHandoff.model_validate(
        {
            "version": 1,
            "bot": "shop",
            "external_id": "x1",
            "operation": operation,
            "packet": {"version": 1, "reasons": reasons, **packet},
            "transcript": [said],
        }
    )


async def receive(service: Running, handoff: ForeignHandoff) -> dict[str, Any]:
    return await foreign.receive(service.ctx, handoff, b"key", foreign.conversation_of(handoff))


async def test_that_evidence_and_page_keep_no_secret(service: Running) -> None:
    sam = await service.agent()
    came = await receive(service, handed("operation-1", page="https://a.example/b?token=abc#c"))
    found = await sam.read(came["conversation"])
    assert "hunter2" not in json.dumps(found)
    assert found["view"]["reasons"][0]["evidence"][0]["words"] == "my password is [password hidden]"
    assert found["view"]["packet"]["page"] == "https://a.example/b"


async def test_that_an_earlier_operation_again_changes_nothing(service: Running) -> None:
    first = await receive(service, handed("operation-1"))
    await receive(service, handed("operation-2"))
    await resolution.end(service.ctx, first["conversation"], op())
    again = await receive(service, handed("operation-1"))
    assert (again["again"], again["state"]) == (True, "closed")
