"""A model that is promoted or taken back while customers write: no turn fails, and each is one model's alone."""

import io
import json
import os
import shutil
import tarfile
import threading
import time
import urllib.request
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.agent import Agent

from bot.live import Following
from bot.models import Models
from deploy.local.ports import free_port
from tests.bot.conftest import ROOT, Bot, _start, _wait_until_ready

OLD, NEW, BROKEN = "old.tar.gz", "new.tar.gz", "broken.tar.gz"


def renamed(model: Path, twin: Path) -> None:
    """The same model under another id, as a second training would make it."""
    with tarfile.open(model) as archive, tarfile.open(twin, "w:gz") as made:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            content = file.read() if file else b""
            if member.name.endswith("metadata.json"):
                content = json.dumps(json.loads(content) | {"model_id": "the-new-one"}).encode()
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))


def folder_of_models(folder: Path) -> Models:
    models = Models(folder)
    promoted = ROOT / "models" / str(Models(ROOT / "models").promoted())
    shutil.copy(promoted, models.path(OLD))
    renamed(promoted, models.path(NEW))
    models.path(BROKEN).write_bytes(models.path(OLD).read_bytes()[:100_000])
    models.promote(OLD)
    return models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return folder_of_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def log(models: Models) -> Path:
    return models.folder / "bot.log"


@pytest.fixture(scope="module")
def live(bot: Bot, models: Models, log: Path) -> Iterator[Bot]:
    """A second bot on a folder of models of its own, beside the same action server."""
    port = free_port()
    env = os.environ | bot.env | {"BOT_PORT": str(port), "MODEL": str(models.path(OLD))}
    with log.open("wb") as kept:
        rasa = _start("bot.serve", env, kept)
    served = Bot(f"http://127.0.0.1:{port}", bot.actions_url, env, bot.actions)
    _wait_until_ready(f"{served.url}/webhooks/baton/health", rasa)
    yield served
    rasa.terminate()
    rasa.wait(20)


def in_use(live: Bot) -> dict[str, Any]:
    with urllib.request.urlopen(f"{live.url}/webhooks/baton/health", timeout=5) as answer:
        return dict(json.loads(answer.read()))


def wait_for(live: Bot, file: str) -> None:
    deadline = time.monotonic() + 30
    while in_use(live)["file"] != file:
        assert time.monotonic() < deadline, f"{file} was not taken over in 30 s"
        time.sleep(0.1)


def test_that_no_turn_fails_while_models_change(live: Bot, models: Models) -> None:
    first = in_use(live)["model"]
    failures: list[Any] = []
    answered: list[str] = []
    stop = threading.Event()

    def customer(number: int) -> None:
        place = 0
        while not stop.is_set():
            place += 1
            text = "get me a human please" if place % 3 == 0 else "how do i get my money back"
            turn = live.turn(text, conversation=f"c_{number}_{place}")
            status, answer = live.post(json.dumps(turn).encode())
            if status != 200 or (place % 3 == 0) != bool(answer["packet"]):
                failures.append(answer)
            elif answer["packet"] and answer["packet"]["model"] != answer["model"]:
                failures.append("a turn of two models")
            else:
                answered.append(answer["model"])

    customers = [threading.Thread(target=customer, args=(number,)) for number in range(3)]
    for one in customers:
        one.start()
    try:
        for change, file in ((lambda: models.promote(NEW), NEW), (models.rollback, OLD)):
            change()
            wait_for(live, file)
            time.sleep(0.5)
    finally:
        stop.set()
        for one in customers:
            one.join()
    assert not failures
    assert set(answered) == {first, "the-new-one"}
    assert (answered[0], answered[-1]) == (first, first)


async def test_that_the_old_model_is_released(tmp_path: Path) -> None:
    models = folder_of_models(tmp_path)
    app = SimpleNamespace(ctx=SimpleNamespace(agent=Agent.load(str(models.path(OLD)))))
    await app.ctx.agent.parse_message("hi")
    old = weakref.ref(app.ctx.agent.processor)
    models.promote(NEW)
    following = Following(app)
    await following.look()
    assert app.ctx.agent.model_id == "the-new-one"
    await following.look()
    assert old() is None


def test_that_a_model_that_cannot_be_loaded_changes_nothing_and_is_named_once(
    live: Bot, models: Models, log: Path
) -> None:
    for wanted in (BROKEN, "gone.tar.gz"):
        models.promote(wanted)
        deadline = time.monotonic() + 20
        while wanted not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.1)
        time.sleep(2.5)
        assert in_use(live)["file"] == OLD
        assert live.say("how do i get my money back", conversation=wanted)["messages"]
    lines = [line for line in log.read_text().splitlines() if "is not taken over" in line]
    assert len(lines) == 2, lines
    assert "Traceback" not in log.read_text()
    models.promote(NEW)
    wait_for(live, NEW)
