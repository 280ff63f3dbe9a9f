"""The reference: the cell whose answers those of the others are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from yaie.errors import Fault, InputError, Problem, UnsupportedError, errors_of
from yaie.facts.dtypes import BITS
from yaie.spec.wording import quoted
from yaie.sweeps.cell import Cell
from yaie.sweeps.row import Status

FLAG = "--reference"


def reference(cells: Sequence[Cell], asked: str | None = None) -> int | None:
    """Number of the cell that is asked for, by its number or its overrides; where none is, of the
    one that loses least. None where no cell can run.

    Raises InputError where just one cell is not meant, UnsupportedError where it cannot run.
    """
    if asked is None:
        planned = [cell for cell in cells if cell.status is Status.PLANNED]
        return min(planned, key=lambda cell: _loss(cell, planned[0])).number if planned else None
    cell = _meant(cells, asked)
    if cell.status is Status.REFUSED:
        why = errors_of(cell.problems)[0].message
        message = f"cell {cell.number}, `{asked}`, cannot be the reference: it is refused: {why}"
        raise UnsupportedError(
            Problem(path="", message=message, origin=FLAG, fault=Fault.UNSUPPORTED)
        )
    return _run_as(cell)


def _run_as(cell: Cell) -> int:
    return cell.number if cell.same_as is None else cell.same_as


def _loss(cell: Cell, first: Cell) -> tuple[bool, float, int]:
    """The first cell's model before others; weights as they are before quantised ones, and more
    bits before fewer."""
    assert cell.composition is not None
    assert first.composition is not None
    other = cell.composition.spec.model.id != first.composition.spec.model.id
    if cell.memory is None:
        return other, 0.0, cell.number
    if cell.memory.quantised_bits is not None:
        return other, -cell.memory.quantised_bits, cell.number
    return other, -_FRESH - _bits(cell), cell.number


_FRESH = 1000
"""More than any bits: what is not quantised comes first."""


def _bits(cell: Cell) -> int:
    """Of the dtype that most of its weights have."""
    assert cell.memory is not None
    sizes: dict[str, int] = {}
    for dtypes in cell.memory.modules.values():
        for dtype, size in dtypes.items():
            sizes[dtype] = sizes.get(dtype, 0) + size
    most = max(sizes, key=lambda dtype: sizes[dtype], default="")
    return BITS.get(most, 0)


def _meant(cells: Sequence[Cell], asked: str) -> Cell:
    """The one cell that is meant, by its number or by overrides that no other runnable cell has."""
    text = asked.strip()
    if text.isascii() and text.isdigit():
        found = [cell for cell in cells if cell.number == int(text)]
    else:
        words = dict(word.partition("=")[::2] for word in text.split())
        found = [cell for cell in cells if words and words.items() <= cell.values.items()]
    alike = {_run_as(cell): cell for cell in reversed(found)}
    if len(alike) == 1:
        return next(iter(alike.values()))
    raise InputError(_ambiguous(cells, [*reversed(alike.values())], asked))


def _ambiguous(cells: Sequence[Cell], found: Sequence[Cell], asked: str) -> Problem:
    among = found or cells
    shown = quoted(" ".join(f"{k}={v}" for k, v in cell.values.items()) for cell in among)
    said = f"{len(found)} cells are" if found else "no cell is"
    message = f"{said} `{asked}`, and one is the reference; there are {shown}"
    hint = f"say it by its overrides, or by its number: `{FLAG} {among[0].number}`"
    return Problem(path="", message=message, hint=hint, origin=FLAG)
