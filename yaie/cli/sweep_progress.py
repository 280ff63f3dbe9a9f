"""A sweep on stderr while it runs: a line that moves on a terminal, a line a cell in a log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from yaie.cli.problems import printable
from yaie.errors import errors_of
from yaie.spec.wording import lasting

if TYPE_CHECKING:
    from yaie.sweeps.row import Row

PATIENCE = 1.0
"""Seconds that planning may take before anything is said of it."""


class Progress:
    """Told of a sweep while it is planned and run."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._moves = stream.isatty()
        self._start = self._last = time.monotonic()
        self._total = self._done = 0
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def planned(self, done: int, total: int) -> None:
        """So many cells of so many are planned."""
        now = time.monotonic()
        if self._moves and not self._quiet and now - self._last > PATIENCE and done < total:
            self._last = now
            self._show(f"planned {done} of {total} cells")

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        """Where the sweep lies, the rows that are there, and those of the cells that will run."""
        self._start, self._total = time.monotonic(), len(todo)
        there = Counter(str(row.status) for row in rows)
        counts = [f"{number} {status}" for status, number in there.items()]
        self._say(f"{folder}: {', '.join([*counts, f'{len(todo)} to run'])}")

    def finished(self, row: Row) -> None:
        """A cell has its row."""
        self._done += 1
        self._counts[str(row.status)] += 1
        if self._quiet:
            return
        if self._moves:
            self._show(f"{self._done} of {self._total}: {self._so_far()}{self._left()}")
        else:
            self._say(f"{self._done} of {self._total}: {_told(row)}")

    def _so_far(self) -> str:
        return ", ".join(f"{number} {status}" for status, number in self._counts.items())

    def _left(self) -> str:
        if self._done >= self._total:
            return ""
        took = time.monotonic() - self._start
        return f"; about {lasting(took / self._done * (self._total - self._done))} left"

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._clear()
            print(printable(text), file=self._stream, flush=True)

    def _show(self, text: str) -> None:
        print(f"\r\x1b[K{text}", end="", file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._moves:
            print("\r\x1b[K", end="", file=self._stream, flush=True)


def _told(row: Row) -> str:
    words = " ".join(f"{key}={value}" for key, value in row.cell.items()) or "as asked"
    seconds = f" in {row.seconds['process']:.1f} s" if "process" in row.seconds else ""
    errors = errors_of(row.problems)
    why = f": {errors[0].message}" if errors else ""
    return printable(f"{words} {row.status}{seconds}{why}")
