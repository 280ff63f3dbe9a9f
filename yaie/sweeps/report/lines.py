"""The rows of a sweep as a table: what was loaded first, then what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from yaie.errors import errors_of
from yaie.spec.wording import printable
from yaie.sweeps.report.column import KNOWN, Column, axes, columns, compared_with, label
from yaie.sweeps.report.plots import against, front_of
from yaie.sweeps.report.quantity import shown
from yaie.sweeps.row import Row, Status

WIDTH = 80
"""Characters a line where nothing is known of the terminal."""
FIRST = (
    "memory_bytes",
    "kl_divergence",
    "perplexity",
    "top1_agreement",
    "generated_tokens_per_second",
    "items_per_second",
    "load_seconds",
)
"""Columns that stay the longest where there is little room."""
LAST = ("parameters", "predicted_bytes")
_MARK = "*"
_Line = tuple[str, ...]


def lines(rows: Sequence[Row], width: int = WIDTH) -> Iterator[str]:
    """A heading and a line a cell that was loaded, or will be, with as many quantities as fit; then
    the cells that are the same as one of these, and the others with their first reason."""
    main = [row for row in rows if row.status in (Status.OK, Status.PLANNED)]
    ends, other = front_of(main), against(main)
    if main:
        yield from _aligned(_table(main, axes(rows), ends, width), len(axes(rows)))
    if ends and other is not None:
        yield f"{_MARK} no other cell is better in both memory and {other.title}"
    found = compared_with(rows)
    if found is not None and len(main) > 1:
        yield from wrap(printable(f"answers are compared with those of {label(found)}"), width)
    folded = _folded(rows)
    if main and folded:
        yield ""
    for head, reason in folded:
        yield from _hanging(head, reason, width)


def _table(
    rows: Sequence[Row], keys: Sequence[str], ends: frozenset[int], width: int
) -> list[_Line]:
    """The columns of the table, from left to right: number, axes, status, quantities."""
    numbers = [f"{row.number}{_MARK * (row.number in ends)}" for row in rows]
    found = [("cell", *numbers)]
    found += [(key, *(row.cell.get(key, "") for row in rows)) for key in keys]
    if {row.status for row in rows} != {Status.OK}:
        found.append(("status", *(str(row.status) for row in rows)))
    room = width - sum(_wide(column) for column in found)
    shared = columns(rows)
    texts = {column: _column(column, rows) for column in shared}
    kept: set[Column] = set()
    for column in sorted(shared, key=_priority):
        # What was foreseen is worth a column where it is not what came.
        if texts[column][1:] in (texts[other][1:] for other in kept):
            continue
        room -= _wide(texts[column])
        if room >= 0 or not kept:
            kept.add(column)
    return [*found, *(texts[column] for column in shared if column in kept)]


def _column(column: Column, rows: Sequence[Row]) -> _Line:
    held = [column.of(row) for row in rows]
    return (column.title, *("" if q is None else shown(q.median, column.unit) for q in held))


def _priority(column: Column) -> int:
    known = [each.name for each in KNOWN if each.name not in (*FIRST, *LAST)]
    order = [*FIRST, *known, *LAST]
    return order.index(column.name) if column.name in order else len(order)


def _wide(column: _Line) -> int:
    """The width of a column and of the room before the next."""
    return max(map(len, column)) + 2


def _aligned(table: Sequence[_Line], keys: int) -> Iterator[str]:
    """The lines of a table of columns: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in table]
    words = range(keys + 1 + (len(table) > keys + 1 and table[keys + 1][0] == "status"))
    for line in zip(*table, strict=True):
        parts = [
            text.ljust(width) if index in words else text.rjust(width)
            for index, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield printable("  ".join(parts).rstrip())


def _folded(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What has no line of its own: status and reason, each with the cells that share it."""
    by_number = {row.number: row for row in rows}
    found: dict[tuple[str, str], list[str]] = {}
    for row in sorted(rows, key=lambda row: row.status is not Status.SAME):
        if row.status not in (Status.OK, Status.PLANNED):
            key = (str(row.status), _reason(row, by_number))
            found.setdefault(key, []).append(label(row))
    return [(f"{status} {', '.join(cells)}", reason) for (status, reason), cells in found.items()]


def _reason(row: Row, by_number: Mapping[int, Row]) -> str:
    if row.same_as is not None:
        return f"comes to the calls of cell {row.same_as}, {label(by_number[row.same_as])}"
    errors = errors_of(row.problems)
    if not errors:
        return "no reason was told"
    return f"{errors[0].path}: {errors[0].message}" if errors[0].path else errors[0].message


def _hanging(head: str, reason: str, width: int) -> Iterator[str]:
    """The cells, and below them, further in, why."""
    yield from wrap(printable(head), width, subsequent_indent="  ", break_on_hyphens=False)
    indent = "    "
    yield from wrap(
        printable(reason),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
