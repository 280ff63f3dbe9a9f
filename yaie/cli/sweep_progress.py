"""A sweep on stderr while it runs: a table that lives on a terminal, a line a cell in a log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from yaie.cli.sweep_state import State, told
from yaie.spec.wording import counted, printable, sized
from yaie.sweeps.gathering import Unwatched, Watcher

if TYPE_CHECKING:
    from rich.table import Table

    from yaie.sweeps.row import Row

PATIENCE = 1.0
"""Seconds that planning may take before anything is said of it."""
MOST = 12
"""Cells that the table shows; of those that are finished, the last."""


class Progress(Watcher, Protocol):
    """Told of a sweep while it is planned and run, and then shown no more."""

    def __enter__(self) -> Progress: ...
    def __exit__(self, *_: object) -> None: ...


def progress_on(stream: TextIO, *, quiet: bool) -> Progress:
    """A table on a terminal, lines in a log, nothing when quiet."""
    if quiet:
        return Silent()
    return Live(stream) if stream.isatty() else Lines(stream)


class Silent(Unwatched):
    """Says nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was shown."""


class Lines(Silent):
    """A line when the cells begin, and one a cell once it has its row."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._done = 0

    def remark(self, text: str) -> None:
        self._say(text)

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        self._total = len(todo)
        self._say(opening(folder, rows, todo))

    def finished(self, row: Row) -> None:
        self._done += 1
        self._say(f"{self._done} of {self._total}: {told(row)}")

    def _say(self, text: str) -> None:
        print(printable(text), file=self._stream, flush=True)


def opening(folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> str:
    """`sweeps/tiny-1a2b3c4d: 3 refused, 6 to run`."""
    there = Counter(str(row.status) for row in rows)
    counts = [f"{number} {status}" for status, number in there.items()]
    return f"{folder}: {', '.join([*counts, f'{len(todo)} to run'])}"


class Live(Silent):
    """A table of the cells that run and the last that ended, with the time that is left."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live as Display

        self._start = time.monotonic()
        self._planned = (0, 0)
        self._fetched: tuple[int, int] | None = None
        self._state: State | None = None
        self._console = Console(file=stream)
        self._display = Display(
            console=self._console,
            get_renderable=self._table,
            transient=True,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __exit__(self, *_: object) -> None:
        self._display.stop()

    def planned(self, done: int, total: int) -> None:
        self._planned = (done, total)
        self._show()

    def fetched(self, done: int, total: int) -> None:
        self._fetched = (done, total)
        self._show()

    def _show(self) -> None:
        if time.monotonic() - self._start > PATIENCE and not self._display.is_started:
            self._display.start()

    def remark(self, text: str) -> None:
        self._console.print(printable(text), markup=False, highlight=False)

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        self.remark(opening(folder, rows, todo))
        self._state = State(folder, todo)
        if todo:
            self._display.start()

    def finished(self, row: Row) -> None:
        assert self._state is not None
        self._state.finished(row)

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, title_justify="left", title_style="")
        if self._state is None:
            table.title = self._before()
            return table
        table.title = self._state.summary()
        for name in ("cell", *self._state.axes, "", "seconds"):
            table.add_column(name, justify="right" if name == "seconds" else "left")
        for line in self._state.lines(MOST):
            table.add_row(*(Text(printable(word)) for word in line.words), style=line.style)
        return table

    def _before(self) -> str:
        """How far it is before cells run."""
        if self._fetched is None:
            done, total = self._planned
            return f"planned {done} of {counted(total, 'cell')}"
        come, of = self._fetched
        return f"fetched {sized(come)} of {sized(of)}"
