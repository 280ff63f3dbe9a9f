"""Waves: the cells that are to run, the reference before those that are compared with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yaie.sweeps.cell import Cell
from yaie.sweeps.gathering import Gathering
from yaie.sweeps.row import Row, Status


def to_run(cells: Sequence[Cell], reference: int | None, gathering: Gathering) -> list[Cell]:
    """The cells that are not finished, and those that were when there was nothing to compare them
    with, as soon as there is, or may be.

    The reference runs again where its answers were taken away, and others are to be compared.
    """
    planned = [cell for cell in cells if cell.status is Status.PLANNED]
    wanted = {cell.number for cell in planned if not _is_finished(gathering.row(cell.number))}
    if reference is None:
        return [cell for cell in planned if cell.number in wanted]
    there = gathering.files.reference.is_file()
    if wanted and not there and not _is_uncompared(gathering.row(reference)):
        wanted.add(reference)
    if there or reference in wanted:
        late = (cell.number for cell in planned if cell.number != reference)
        wanted.update(number for number in late if _is_uncompared(gathering.row(number)))
    return [cell for cell in planned if cell.number in wanted]


def waves(
    rows: Sequence[Row], reference: int | None, gathering: Gathering
) -> Iterator[Sequence[Row]]:
    """The reference alone, then the others, which read its answers; if it left none, those that are
    finished but for them stay as they are."""
    first = [row for row in rows if row.number == reference]
    if first:
        yield first
    others = [row for row in rows if row.number != reference]
    if reference is not None and not gathering.files.reference.is_file():
        done = [row.number for row in others if _is_finished(gathering.row(row.number))]
        gathering.stay(done)
        others = [row for row in others if row.number not in done]
    if others:
        yield others


def _is_finished(row: Row | None) -> bool:
    return row is not None and row.status is Status.OK


def _is_uncompared(row: Row | None) -> bool:
    return row is None or row.reference is None
