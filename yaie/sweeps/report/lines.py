"""The rows of a sweep as a table: what was loaded first, then what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from yaie.errors import errors_of
from yaie.spec.wording import printable
from yaie.sweeps.report.best import rank
from yaie.sweeps.report.cohort import listed
from yaie.sweeps.report.column import KNOWN, Column, axes, columns, compared_with, label, varying
from yaie.sweeps.report.plots import ACROSS, against, front_of
from yaie.sweeps.report.quantity import shown
from yaie.sweeps.row import Row, Status

WIDTH = 80
"""Characters a line where nothing is known of the terminal."""
MANY = 12
"""Cells among which the marked ones are lost sight of."""
FIRST = (
    "memory_bytes",
    "kl_divergence",
    "relative_error",
    "generated_tokens_per_second",
    "items_per_second",
    "load_seconds",
)
"""Quantities that stay the longest where there is little room: one of each kind."""
_MARK = "*"
_Line = tuple[str, ...]


def lines(rows: Sequence[Row], width: int = WIDTH) -> Iterator[str]:
    """A heading and a line a cell that was loaded, or will be, with as many quantities as fit; then
    the cells that are the same as one of these, and the others with their reasons; last, where the
    cells are many, those again that no other beats."""
    main = [row for row in rows if row.status in (Status.OK, Status.PLANNED)]
    ends = front_of(main)
    blocks = [[*_cells(rows, main, ends, width)], [*_without(rows, width)]]
    if len(main) > MANY:
        blocks.append([*_best_trades(main, ends, width)])
    for number, block in enumerate(filter(None, blocks)):
        yield from ("", *block) if number else block


def _cells(
    rows: Sequence[Row], main: Sequence[Row], ends: frozenset[int], width: int
) -> Iterator[str]:
    """The table, and what is to be said of it."""
    other, keys = against(main), axes(rows)
    if main:
        yield from _aligned(_table(main, _compared(main), ends, width), len(keys))
    if ends and other is not None:
        yield f"{_MARK} no other cell is better in both memory and {other.title}"
    found = compared_with(rows)
    if found is not None and len(main) > 1:
        yield from wrap(printable(f"answers are compared with those of {label(found)}"), width)


def _best_trades(main: Sequence[Row], ends: frozenset[int], width: int) -> Iterator[str]:
    """The marked cells by their memory: what is left to choose among."""
    other = against(main)
    if not ends or other is None:
        return
    memory = next(column for column in KNOWN if column.name == ACROSS)
    best = sorted((row for row in main if row.number in ends), key=lambda row: rank(memory, row))
    yield f"to choose among, as no other is better in both memory and {other.title}:"
    table = _table(best, _compared(main), frozenset(), width)
    yield from _aligned(table, len(axes(main)))


def _compared(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The quantities that tell cells apart."""
    return varying(columns(rows), rows)


def _table(
    rows: Sequence[Row], shared: Sequence[Column], ends: frozenset[int], width: int
) -> list[_Line]:
    """The columns of the table, from left to right: number, axes, status, quantities."""
    numbers = [f"{row.number}{_MARK * (row.number in ends)}" for row in rows]
    found = [("cell", *numbers)]
    found += [(key, *(row.cell.get(key, "") for row in rows)) for key in axes(rows)]
    if {row.status for row in rows} != {Status.OK}:
        found.append(("status", *(str(row.status) for row in rows)))
    room = width - sum(_wide(column) for column in found)
    texts = {column: _column(column, rows) for column in shared}
    kept: set[Column] = set()
    for column in sorted(shared, key=lambda column: column.name not in FIRST):
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


def _without(rows: Sequence[Row], width: int) -> Iterator[str]:
    """What has no line of its own: status and cells, and below them the reason that they share."""
    by_number = {row.number: row for row in rows}
    found: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.status is not Status.SAME):
        if row.status not in (Status.OK, Status.PLANNED):
            key = (str(row.status), _reason(row, by_number))
            found.setdefault(key, []).append(row)
    for (status, reason), group in found.items():
        yield from _hanging(f"{status} {listed(group, rows)}", reason, width)


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
