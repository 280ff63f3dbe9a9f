"""Rows gathered from the cells' folders into one file, while the cells run."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Protocol

from yaie.errors import Fault, Problem, SourceError
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, read_whole
from yaie.sweeps.row import Row, Status, from_json

PATIENCE = 0.2
"""Seconds between two looks at the cells' folders."""


class Watcher(Protocol):
    """Told of a sweep while it runs."""

    def planned(self, done: int, total: int) -> None:
        """So many cells of so many are planned."""

    def fetched(self, done: int, total: int) -> None:
        """So many bytes of so many have come."""

    def remark(self, text: str) -> None:
        """Something worth knowing of the sweep as a whole."""

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        """Where the sweep lies, the rows that are there, and those of the cells that will run."""

    def finished(self, row: Row) -> None:
        """A cell has its row."""


class Unwatched:
    """Nobody is told."""

    def planned(self, done: int, total: int) -> None:
        pass

    def fetched(self, done: int, total: int) -> None:
        pass

    def remark(self, text: str) -> None:
        pass

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        pass

    def finished(self, row: Row) -> None:
        pass


class Gathering:
    """The rows of a sweep. It alone writes `rows.jsonl`, wherever the cells run."""

    def __init__(self, files: Files, held: Mapping[int, Row], watcher: Watcher) -> None:
        self.files = files
        self._rows = dict(held)
        self._watcher = watcher
        self._awaited: set[int] = set()
        self._done = Event()
        self._error: OSError | None = None
        self._one_at_a_time = Lock()
        self._thread = Thread(target=self._look, daemon=True)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows so far, in the order of the cells."""
        return tuple(self._rows[number] for number in sorted(self._rows))

    def row(self, number: int) -> Row | None:
        return self._rows.get(number)

    def take(self, cells: Iterable[Cell]) -> None:
        """The rows of cells that will not run, and those that a sweep before left in its cells."""
        cells = list(cells)
        left = [n for n in (cell.number for cell in cells) if self.files.row(n).is_file()]
        self._gather(left)
        unrun = (cell.row() for cell in cells if cell.status is not Status.PLANNED)
        self.add(row for row in unrun if self._is_news(row))

    def _is_news(self, row: Row) -> bool:
        held = self.row(row.number)
        return held is None or not (held == row or held.status is Status.OK)

    def add(self, rows: Iterable[Row]) -> None:
        """Writes rows, which are awaited no more; raises SourceError where the disk takes no more.

        Not while another row is being written: what a full disk took of one is cut off again.
        """
        rows = list(rows)
        with self._one_at_a_time:
            try:
                results.append(self.files, rows)
            except OSError as error:
                raise unwritten(self.files, error) from error
            self._rows.update((row.number, row) for row in rows)
            self._awaited.difference_update(row.number for row in rows)

    def conclude(self, rows: Iterable[Row]) -> None:
        """Writes rows of cells that were to run."""
        rows = list(rows)
        self.add(rows)
        for row in rows:
            self._watcher.finished(row)

    def stay(self, numbers: Iterable[int]) -> None:
        """Rows that were to be written anew stay as they are."""
        for number in numbers:
            self._watcher.finished(self._rows[number])

    def awaits(self, numbers: Iterable[int]) -> None:
        """The cells whose rows are to come."""
        self._awaited = set(numbers)

    def missing(self) -> list[int]:
        """The cells whose rows have not come yet, after one more look."""
        self._gather(sorted(self._awaited))
        if self._error:
            raise unwritten(self.files, self._error) from self._error
        return sorted(self._awaited)

    def __enter__(self) -> Gathering:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._gather(sorted(self._awaited))

    def _look(self) -> None:
        while not self._done.wait(PATIENCE):
            self._gather(sorted(self._awaited))

    def _gather(self, numbers: Iterable[int]) -> None:
        """A row that cannot be written stays where it is, and ends the run."""
        with self._one_at_a_time:
            self._gathered(numbers)

    def _gathered(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            row = self._left(number)
            if row is None or self._error:
                continue
            try:
                results.append(self.files, [row])
                self.files.row(number).unlink()
            except OSError as error:
                self._error = error
                self.files.run.unlink(missing_ok=True)
                return
            self._rows[number] = row
            self._awaited.discard(number)
            self._watcher.finished(row)

    def _left(self, number: int) -> Row | None:
        """The row that a cell's job left; one that cannot be read is none."""
        try:
            document = read_whole(self.files.row(number))
            return None if document is None else from_json(document)
        except (KeyError, TypeError, ValueError):
            return None


def unwritten(files: Files, error: OSError) -> SourceError:
    """What is said where a sweep's folder takes no more."""
    message = f"`{files.folder}` cannot be written to: {error.strerror}; the rows so far are kept"
    room = "make room and give the same command again: what is finished is not run again"
    hint = room if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
    return SourceError(Problem(path="", message=message, hint=hint, fault=Fault.SOURCE))
