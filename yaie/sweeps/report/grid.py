"""Cells as columns of text, as many quantities as a line has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from yaie.spec.wording import printable
from yaie.sweeps.report.column import Column, axes
from yaie.sweeps.report.quantity import Quantity, Unit, shown, with_error
from yaie.sweeps.row import Row, Status

MARK = "*"
NONE = "-"
"""In place of a memory where there is none: it could not be foreseen, or nothing is held."""
FIRST = (
    "memory_bytes",
    "kl_divergence",
    "relative_error",
    "generated_tokens_per_second",
    "items_per_second",
    "load_seconds",
)
"""Quantities that stay the longest where there is little room: one of each kind."""
_Text = tuple[str, ...]
"""A column: its title, and a text a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, and what it had no room for."""

    words: tuple[_Text, ...]
    """Columns that are set to the left: number, axes, status."""
    numbers: tuple[_Text, ...]
    """Columns that are set to the right."""
    left_out: tuple[Column, ...]

    def lines(self) -> Iterator[str]:
        """Its heading and its lines."""
        texts = (*self.words, *self.numbers)
        widths = [max(map(len, column)) for column in texts]
        for line in zip(*texts, strict=True):
            pairs = enumerate(zip(line, widths, strict=True))
            parts = [
                text.ljust(width) if index < len(self.words) else text.rjust(width)
                for index, (text, width) in pairs
            ]
            yield printable("  ".join(parts).rstrip())


def grid(rows: Sequence[Row], shared: Sequence[Column], ends: frozenset[int], width: int) -> Grid:
    """Number, axes, status where one is not `ok`, and quantities, from left to right."""
    numbers = [f"{row.number}{MARK * (row.number in ends)}" for row in rows]
    words = [("cell", *numbers)]
    words += [(key, *(row.cell.get(key, "") for row in rows)) for key in axes(rows)]
    if {row.status for row in rows} != {Status.OK}:
        words.append(("status", *(str(row.status) for row in rows)))
    room = width - sum(map(_wide, words))
    texts = {column: _text(column, rows) for column in shared}
    kept: set[Column] = set()
    left_out: set[Column] = set()
    for column in sorted(shared, key=lambda column: column.name not in FIRST):
        # What was foreseen is worth a column where it is not what came.
        if texts[column][1:] in (texts[other][1:] for other in kept):
            continue
        room -= _wide(texts[column])
        (kept if room >= 0 or not kept else left_out).add(column)
    room = width - sum(map(_wide, words)) - sum(_wide(texts[column]) for column in kept)
    for column in shared:
        longer = _text(column, rows, with_error)
        more = _wide(longer) - _wide(texts[column])
        if column in kept and more <= room:
            room -= more
            texts[column] = longer
    return Grid(
        words=tuple(words),
        numbers=tuple(texts[column] for column in shared if column in kept),
        left_out=tuple(column for column in shared if column in left_out),
    )


def _alone(held: Quantity, unit: Unit) -> str:
    return shown(held.median, unit)


def _text(
    column: Column, rows: Sequence[Row], written: Callable[[Quantity, Unit], str] = _alone
) -> _Text:
    held = [column.of(row) for row in rows]
    blank = NONE if column.name == FIRST[0] else ""
    return (column.title, *(blank if q is None else written(q, column.unit) for q in held))


def _wide(column: _Text) -> int:
    """The width of a column and of the room before the next."""
    return max(map(len, column)) + 2
