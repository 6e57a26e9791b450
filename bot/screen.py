"""The trainer's screen: our lines and a progress bar. What libraries print goes to a log."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Screen:
    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out, self._console = out, Console(file=err)

    def say(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    @contextlib.contextmanager
    def bar(self, what: str, total: int | None = None) -> Iterator[Callable[[], None]]:
        """Gives what to call after each of `total` steps; without a total it only shows that something goes on."""
        columns = [
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        ]
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda: progress.advance(task)
            done = progress.tasks[0].completed or 1
            progress.update(task, total=done, completed=done)


@contextlib.contextmanager
def taken_over(log: Path) -> Iterator[Screen]:
    """The screen for us alone: what anything else writes to it, from C too, is in `log`."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    with os.fdopen(os.dup(kept[0]), "w") as out, os.fdopen(os.dup(kept[1]), "w") as err:
        try:
            yield Screen(out, err)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, original in enumerate(kept, 1):
                os.dup2(original, number)
                os.close(original)
