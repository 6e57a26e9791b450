"""The golden files that the bot's tests read too."""

import json
from pathlib import Path

import pytest

from handoff_service.bot_client import BotFailed, parse_request, read_answer
from handoff_service.domain.cursor import digest
from handoff_service.wire import HandoffPacket, ParseAnswer, TurnAnswer, TurnRequest

GOLDEN = Path(__file__).parent


def golden(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_that_the_digest_is_the_one_both_sides_know() -> None:
    before = ""
    for entry in golden("digest")["entries"]:
        before = digest(before, entry["seq"], entry["kind"], entry["text"])
        assert before == entry["digest"]


def test_that_a_turn_is_written_as_agreed() -> None:
    request = golden("turn_request")
    assert TurnRequest.model_validate(request).model_dump(exclude_none=True) == {
        key: value for key, value in request.items() if value is not None
    }


@pytest.mark.parametrize("name", ["turn_answer", "turn_handoff"])
def test_that_an_answer_is_read_without_loss(name: str) -> None:
    answer = golden(name)
    assert TurnAnswer.model_validate(answer).model_dump(mode="json", exclude_none=True) == _without_none(
        answer
    )


def test_that_a_parse_is_asked_and_read_as_agreed() -> None:
    request = golden("parse_request")
    messages = [(message["seq"], message["text"]) for message in request["messages"]]
    assert parse_request(messages) == request
    answer = golden("parse_answer")
    assert ParseAnswer.model_validate(answer).model_dump(mode="json", exclude_none=True) == {
        name: value for name, value in _without_none(answer).items() if name != "model"
    }


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"version": 2}, "packet_version"),
        ({"turn": "t_other"}, "packet_turn"),
        ({"conversation": "c_other"}, "packet_turn"),
        ({"transcript": {"through_seq": 3, "count": 3, "digest": "0" * 40}}, "packet_digest"),
        ({"transcript": {"through_seq": 3, "count": 2, "digest": "same"}}, "packet_digest"),
        ({"reasons": []}, "not_in_schema"),
    ],
)
def test_that_a_packet_that_does_not_fit_is_refused_by_name(change: dict, rule: str) -> None:
    turn = TurnRequest.model_validate(golden("turn_request"))
    answer = golden("turn_handoff")
    read_answer(json.dumps(answer).encode(), turn)
    answer["packet"] |= change
    with pytest.raises(BotFailed) as failed:
        read_answer(json.dumps(answer).encode(), turn)
    assert failed.value.rule == rule


def test_that_the_published_schema_accepts_the_golden_packet() -> None:
    import jsonschema

    jsonschema.validate(golden("turn_handoff")["packet"], HandoffPacket.model_json_schema())


def _without_none(value):
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value
