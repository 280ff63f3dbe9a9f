"""Files that planned cells lack, brought once before any of them runs.

No cell's seconds hold the fetching, and what cannot be had is told once for all that need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from yaie.errors import YaieError
from yaie.loading.bringing import Fetched, place
from yaie.spec.load_spec import Composition
from yaie.spec.weights import Pretrained
from yaie.spec.wording import counted, lasting, sized
from yaie.sweeps.cell import Cell
from yaie.sweeps.row import Row, Status


class Told(Protocol):
    """Told of the fetching."""

    def fetched(self, done: int, total: int) -> None:
        """So many bytes of so many have come."""

    def remark(self, text: str) -> None:
        """What has come, and from where."""


def unfetched(cells: Iterable[Cell], told: Told) -> Iterator[tuple[Cell, YaieError]]:
    """Brings what the cells lack; yields those of which it cannot be had, with the reason."""
    lacking = [c for c in cells if c.lacks_files and c.composition is not None]
    # A load without weights reads less of the same repository.
    lacking.sort(key=lambda c: (not _reads_weights(c.composition), c.number))
    ends: dict[object, YaieError | None] = {}
    for cell in lacking:
        assert cell.composition is not None
        what = (place(cell.composition.spec), _reads_weights(cell.composition))
        if what not in ends:
            ends[what] = _end(cell.composition, told)
        if error := ends[what]:
            yield cell, error


def row_without(cell: Cell, error: YaieError) -> Row:
    """The row of a cell whose files cannot be had."""
    return replace(
        cell.row(), status=Status.FAILED, problems=error.problems, exit_code=error.exit_code
    )


def _end(composition: Composition, told: Told) -> YaieError | None:
    """What kept the files of a load from coming; None where they came."""
    from yaie.loading.bringing import fetch

    try:
        (fetched,) = fetch([composition], _Progress(told))
    except YaieError as error:
        return error
    if fetched.files:
        told.remark(_said(fetched))
    return None


def _said(fetched: Fetched) -> str:
    what = f"{counted(len(fetched.files), 'file')} of {fetched.id}"
    return f"fetched {what}: {sized(sum(fetched.files.values()))} in {lasting(fetched.seconds)}"


def _reads_weights(composition: Composition | None) -> bool:
    return composition is not None and isinstance(composition.spec.weights, Pretrained)


@dataclass(frozen=True, slots=True)
class _Progress:
    """A load's reporter that tells of bytes alone."""

    told: Told

    def stage(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def bytes(self, done: int, total: int) -> None:
        self.told.fetched(done, total)
