"""Waves: the cells that are to run, references before those that are compared with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yaie.sweeps.cell import Cell
from yaie.sweeps.gathering import Gathering
from yaie.sweeps.row import Row, Status


def to_run(cells: Sequence[Cell], gathering: Gathering) -> list[Cell]:
    """The cells that are not finished, and those that were when there was nothing to compare them
    with, as soon as there is, or may be.

    A reference runs again where its answers were taken away, and others are to be compared.
    """
    planned = [cell for cell in cells if cell.status is Status.PLANNED]
    wanted = {cell.number for cell in planned if not _is_finished(gathering.row(cell.number))}
    compared: dict[int, set[int]] = {}
    for cell in planned:
        if cell.reference is not None:
            compared.setdefault(cell.reference, set()).add(cell.number)
    for reference, numbers in compared.items():
        wanted |= _to_compare(reference, numbers, wanted & numbers, gathering)
    return [cell for cell in planned if cell.number in wanted]


def _to_compare(
    reference: int, numbers: set[int], wanted: set[int], gathering: Gathering
) -> set[int]:
    """Which of the cells of one reference, itself among them, run besides those that are wanted."""
    there = gathering.files.reference(reference).is_file()
    more = set[int]()
    if wanted and not there and not _is_uncompared(gathering.row(reference)):
        more.add(reference)
    if there or reference in wanted | more:
        more |= {n for n in numbers - {reference} if _is_uncompared(gathering.row(n))}
    return more


def waves(cells: Sequence[Cell], gathering: Gathering) -> Iterator[Sequence[Row]]:
    """The references, then the others, which read their answers; those whose reference left none
    and that are finished but for them stay as they are."""
    first = [cell.row() for cell in cells if cell.number == cell.reference]
    if first:
        yield first
    others = [cell for cell in cells if cell.number != cell.reference]
    done = [cell.number for cell in others if _is_done(cell, gathering)]
    gathering.stay(done)
    if left := [cell.row() for cell in others if cell.number not in done]:
        yield left


def _is_done(cell: Cell, gathering: Gathering) -> bool:
    """Whether running it would tell nothing new."""
    if cell.reference is None or gathering.files.reference(cell.reference).is_file():
        return False
    return _is_finished(gathering.row(cell.number))


def _is_finished(row: Row | None) -> bool:
    return row is not None and row.status is Status.OK


def _is_uncompared(row: Row | None) -> bool:
    return row is None or row.reference is None
