"""Which model is the candidate, which the promoted one, which there is a way back to, and which goes."""

import json
import os
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.models import KEPT, Models


def made(models: Models, *names: str) -> None:
    """Files of models, each newer than the one before it."""
    for place, name in enumerate(names):
        models.path(name).write_bytes(b"")
        os.utime(models.path(name), (place, place))


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(tmp_path)


def test_that_a_promotion_can_be_taken_back(models: Models) -> None:
    made(models, "a.tar.gz", "b.tar.gz", "c.tar.gz")
    for name in ("a.tar.gz", "b.tar.gz", "c.tar.gz", "b.tar.gz"):
        models.promote(name)
    assert json.loads(models.promoted_file.read_text()) == {
        "model": "b.tar.gz",
        "previous": ["c.tar.gz", "a.tar.gz"],
    }
    assert [models.rollback(), models.rollback()] == ["c.tar.gz", "a.tar.gz"]
    with pytest.raises(UserError, match="no model before"):
        models.rollback()
    assert models.promoted() == "a.tar.gz"


def test_that_there_is_no_way_back_to_a_model_that_is_gone(models: Models) -> None:
    made(models, "a.tar.gz", "b.tar.gz", "c.tar.gz")
    for name in ("a.tar.gz", "b.tar.gz", "c.tar.gz"):
        models.promote(name)
    models.path("b.tar.gz").unlink()
    assert models.rollback() == "a.tar.gz"


def test_that_the_newest_stay_and_whatever_is_named(models: Models) -> None:
    names = [f"{number:02}.tar.gz" for number in range(12)]
    made(models, *names)
    for name in ("00.tar.gz", "01.tar.gz"):
        models.promote(name)
    models.note_candidate("02.tar.gz")
    (models.folder / "README.md").write_text("")
    assert sorted(models.prune()) == names[3 : 12 - KEPT]
    assert sorted(file.name for file in models.folder.glob("*.tar.gz")) == [*names[:3], *names[12 - KEPT :]]
    assert models.prune() == []


def test_that_a_file_that_is_no_json_is_named(models: Models) -> None:
    models.promoted_file.write_text("{")
    with pytest.raises(UserError, match=r"promoted\.json is not JSON"):
        models.promoted()
