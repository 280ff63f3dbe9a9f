"""What is said below a table of cells, for the numbers alone do not say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yaie.spec.wording import counted
from yaie.sweeps.report.column import Column, label
from yaie.sweeps.report.quantity import Quantity, shown
from yaie.sweeps.row import Row, Status

FAR = 1.5
"""The most of repeats ÷ the least, beyond which a median alone misleads."""


def left_out(among: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    """`2 more columns in rows.csv: peak, parameters`."""
    if not among:
        return
    where = "rows.csv" if any(row.status is Status.OK for row in rows) else "`--json`"
    titles = ", ".join(column.title for column in among)
    yield f"{counted(len(among), 'more column')} in {where}: {titles}"


def far_apart(among: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    """`repeats of one cell lie far apart: tokens up to 3.4× (cell 2: 207/s to 709/s)`."""
    found = [widest for column in among if (widest := _widest(column, rows))]
    if found:
        yield f"repeats of one cell lie far apart: {', '.join(found)}"


def _widest(column: Column, rows: Sequence[Row]) -> str | None:
    """The cell whose repeats differ by the largest factor, where that is large."""
    held = ((_factor(quantity), row, quantity) for row in rows if (quantity := column.of(row)))
    factor, row, quantity = max(held, key=lambda each: each[0], default=(0.0, None, None))
    if factor <= FAR or row is None or quantity is None:
        return None
    ends = " to ".join(shown(end or 0, column.unit) for end in (quantity.least, quantity.most))
    return f"{column.title} up to {factor:.2g}× ({label(row)}: {ends})"


def _factor(quantity: Quantity) -> float:
    """1 where it was measured once, or where there is nothing to divide by."""
    if quantity.least is None or quantity.most is None or quantity.least <= 0:
        return 1.0
    return quantity.most / quantity.least
