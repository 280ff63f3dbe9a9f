"""The rows of a sweep as a table: what was loaded first, then what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from yaie.errors import Problem, errors_of
from yaie.spec.wording import counted, printable
from yaie.sweeps.report.best import rank
from yaie.sweeps.report.cohort import listed
from yaie.sweeps.report.column import KNOWN, Column, columns, compared_with, label, varying
from yaie.sweeps.report.grid import MARK, grid
from yaie.sweeps.report.plots import ACROSS, against, front_of
from yaie.sweeps.report.remark import far_apart, left_out
from yaie.sweeps.row import Row, Status

WIDTH = 80
"""Characters a line where nothing is known of the terminal."""
MANY = 12
"""Cells among which the marked ones are lost sight of."""
MOST_WARNINGS = 6
"""Warnings that are told; the others are counted."""


def lines(rows: Sequence[Row], width: int = WIDTH) -> Iterator[str]:
    """A heading and a line a cell that was loaded, or will be, with as many quantities as fit; then
    what these are warned of, the cells that are the same as one of these, and the others with their
    reasons; last, where the cells are many, those again that no other beats."""
    main = [row for row in rows if row.status in (Status.OK, Status.PLANNED)]
    ends = front_of(main)
    blocks = [
        [*_cells(rows, main, ends, width)],
        [*_warned(rows, main, width)],
        [*_without(rows, width)],
    ]
    if len(main) > MANY:
        blocks.append([*_best_trades(main, ends, width)])
    for number, block in enumerate(filter(None, blocks)):
        yield from ("", *block) if number else block


def _cells(
    rows: Sequence[Row], main: Sequence[Row], ends: frozenset[int], width: int
) -> Iterator[str]:
    """The table, and what is to be said of it."""
    if not main:
        return
    shared = _compared(main)
    table = grid(main, shared, ends, width)
    yield from table.lines()
    for text in _said(rows, main, ends):
        yield from wrap(printable(text), width)
    for text in (*far_apart(shared, main), *left_out(table.left_out, main)):
        yield from wrap(printable(text), width, subsequent_indent="  ")


def _said(rows: Sequence[Row], main: Sequence[Row], ends: frozenset[int]) -> Iterator[str]:
    """What the marks mean, and what answers are compared with."""
    other, found = against(main), compared_with(rows)
    if ends and other is not None:
        yield f"{MARK} no other cell is better in both memory and {other.title}"
    if found is not None and len(main) > 1:
        yield f"answers are compared with those of {label(found)}"


def _best_trades(main: Sequence[Row], ends: frozenset[int], width: int) -> Iterator[str]:
    """The marked cells by their memory: what is left to choose among."""
    other = against(main)
    if not ends or other is None:
        return
    memory = next(column for column in KNOWN if column.name == ACROSS)
    best = sorted((row for row in main if row.number in ends), key=lambda row: rank(memory, row))
    yield f"to choose among, as no other is better in both memory and {other.title}:"
    yield from grid(best, _compared(main), frozenset(), width).lines()


def _compared(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The quantities that tell cells apart."""
    return varying(columns(rows), rows)


def _warned(rows: Sequence[Row], main: Sequence[Row], width: int) -> Iterator[str]:
    """Each warning of cells in the table, below the cells that have it."""
    found: dict[str, list[Row]] = {}
    for row in main:
        for text in dict.fromkeys(_placed(problem) for problem in row.problems):
            found.setdefault(text, []).append(row)
    for text, group in [*found.items()][:MOST_WARNINGS]:
        yield from _hanging(f"warned {listed(group, rows)}", [text], width)
    if len(found) > MOST_WARNINGS:
        yield f"and {counted(len(found) - MOST_WARNINGS, 'more warning')}, which `--json` has"


def _without(rows: Sequence[Row], width: int) -> Iterator[str]:
    """What has no line of its own: status and cells, and below them the reasons that they share."""
    by_number = {row.number: row for row in rows}
    found: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.status is not Status.SAME):
        if row.status not in (Status.OK, Status.PLANNED):
            key = (str(row.status), _reasons(row, by_number))
            found.setdefault(key, []).append(row)
    for (status, reasons), group in found.items():
        yield from _hanging(f"{status} {listed(group, rows)}", reasons, width)


def _reasons(row: Row, by_number: Mapping[int, Row]) -> tuple[str, ...]:
    if row.same_as is not None:
        return (f"comes to the calls of cell {row.same_as}, {label(by_number[row.same_as])}",)
    errors = errors_of(row.problems)
    return tuple(dict.fromkeys(map(_placed, errors))) or ("no reason was told",)


def _placed(problem: Problem) -> str:
    """Path and message."""
    return f"{problem.path}: {problem.message}" if problem.path else problem.message


def _hanging(head: str, reasons: Sequence[str], width: int) -> Iterator[str]:
    """The cells, and below them, further in, why; each reason begins a line."""
    yield from wrap(printable(head), width, subsequent_indent="  ", break_on_hyphens=False)
    for reason in reasons:
        yield from wrap(
            printable(reason),
            width,
            initial_indent=" " * 4,
            subsequent_indent=" " * 6,
            break_on_hyphens=False,
            break_long_words=False,
        )
