"""How far a sweep is: what runs and in which stage, what has ended, and how long the rest takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from yaie.errors import errors_of
from yaie.spec.wording import lasting
from yaie.sweeps.files import Files

if TYPE_CHECKING:
    from yaie.sweeps.row import Row


@dataclass(frozen=True, slots=True)
class Line:
    """A cell as the table shows it."""

    words: tuple[str, ...]
    """Number, values of the axes, status or stage, seconds."""
    style: str
    """Of rich."""


class State:
    """The cells that will run; which of them run is read from the sweep's folder."""

    def __init__(self, folder: Path, todo: Sequence[Row]) -> None:
        self._files = Files(folder)
        self._waiting = {row.number: row for row in todo}
        self._total = len(todo)
        self._ended: list[Row] = []
        self._begun: dict[int, float] = {}
        self.axes = tuple(dict.fromkeys(key for row in todo for key in row.cell))

    def finished(self, row: Row) -> None:
        """A cell has its row."""
        self._waiting.pop(row.number, None)
        self._ended.append(row)

    def running(self) -> dict[int, tuple[str, float]]:
        """Number of each cell that runs → its stage, and seconds since it was first seen."""
        now = time.monotonic()
        found: dict[int, tuple[str, float]] = {}
        for number in tuple(self._waiting):
            # A cell that has just ended, or begins, has no such file.
            with suppress(OSError):
                stage = self._files.stage(number).read_text()
                found[number] = stage, now - self._begun.setdefault(number, now)
        return found

    def summary(self) -> str:
        """`4 of 9: 3 ok, 1 failed; about 2 min left`."""
        counts = Counter(str(row.status) for row in tuple(self._ended))
        so_far = ", ".join(f"{number} {status}" for status, number in counts.items())
        left = self.left()
        rest = "" if left is None else f"; about {lasting(left)} left"
        return f"{sum(counts.values())} of {self._total}: {so_far or 'none ended yet'}{rest}"

    def left(self) -> float | None:
        """Seconds that the other cells will take: as those that ended, so many at a time as run
        now. None where none has ended, or none is left."""
        took = [row.seconds["process"] for row in tuple(self._ended) if "process" in row.seconds]
        running = self.running()
        if not took or not self._waiting:
            return None
        each = median(took)
        spent = sum(min(seconds, each) for _, seconds in running.values())
        return max(0.0, each * len(self._waiting) - spent) / max(1, len(running))

    def lines(self, most: int) -> list[Line]:
        """The last cells that ended, then those that run; no more than so many."""
        running = [self._runs(number, *how) for number, how in self.running().items()][:most]
        ended = [self._has_ended(row) for row in tuple(self._ended)]
        return [*ended[max(0, len(ended) - most + len(running)) :], *running]

    def _runs(self, number: int, stage: str, seconds: float) -> Line:
        row = self._waiting.get(number)
        return Line((str(number), *self._values(row), stage, f"{seconds:.0f}"), "bold")

    def _has_ended(self, row: Row) -> Line:
        seconds = f"{row.seconds['process']:.0f}" if "process" in row.seconds else ""
        style = "dim" if row.exit_code == 0 else "red"
        return Line((str(row.number), *self._values(row), str(row.status), seconds), style)

    def _values(self, row: Row | None) -> tuple[str, ...]:
        return tuple("" if row is None else row.cell.get(key, "") for key in self.axes)


def told(row: Row) -> str:
    """One cell that has ended, in a log: `precision=bf16 ok in 17.9 s`."""
    words = " ".join(f"{key}={value}" for key, value in row.cell.items()) or "as asked"
    seconds = f" in {row.seconds['process']:.1f} s" if "process" in row.seconds else ""
    errors = errors_of(row.problems)
    why = f": {errors[0].message}" if errors else ""
    return f"{words} {row.status}{seconds}{why}"
