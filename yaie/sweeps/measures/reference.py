"""The reference: the cell whose answers those of the others of its model are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from yaie.errors import Fault, InputError, Problem, UnsupportedError, errors_of
from yaie.facts.dtypes import BITS
from yaie.spec.wording import quoted
from yaie.sweeps.cell import Cell
from yaie.sweeps.row import Status

FLAG = "--reference"


def referred(cells: Sequence[Cell], asked: str | None = None) -> tuple[Cell, ...]:
    """The cells, each that can run with the number of its reference: of the cells of its model and
    task the one that loses least, or the one that is asked for, by its number or its overrides.

    Raises InputError where just one cell is not meant, UnsupportedError where it cannot run.
    """
    named = None if asked is None else _named(cells, asked)
    found: dict[int, int] = {}
    for alike in _by_model(cells):
        least = min(alike, key=_loss)
        chosen = next((cell for cell in alike if cell.number == named), least)
        found |= {cell.number: chosen.number for cell in alike}
    return tuple(replace(cell, reference=found.get(cell.number)) for cell in cells)


def _named(cells: Sequence[Cell], asked: str) -> int:
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


def _by_model(cells: Sequence[Cell]) -> Iterable[Sequence[Cell]]:
    """The cells that will run, those of one model and task together."""
    found: dict[tuple[str | None, ...], list[Cell]] = {}
    for cell in cells:
        if cell.status is Status.PLANNED and cell.composition is not None:
            spec = cell.composition.spec
            model = spec.model
            which = (model.id, model.revision, model.subfolder, model.variant, model.architecture)
            found.setdefault((*which, spec.task.name), []).append(cell)
    return found.values()


def _loss(cell: Cell) -> tuple[float, int]:
    """Weights as they are before quantised ones, and more bits before fewer."""
    if cell.memory is None:
        return 0.0, cell.number
    if cell.memory.quantised_bits is not None:
        return -cell.memory.quantised_bits, cell.number
    return -_FRESH - _bits(cell), cell.number


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
