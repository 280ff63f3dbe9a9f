"""The rows of a sweep as a table: what was loaded first, then what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from yaie.errors import Problem
from yaie.spec.wording import counted, enumerated, printable
from yaie.sweeps.report.best import rank
from yaie.sweeps.report.cohort import listed
from yaie.sweeps.report.column import KNOWN, Column, columns, compared_with, label, varying
from yaie.sweeps.report.grid import MARK, grid
from yaie.sweeps.report.plots import ACROSS, against, front_of
from yaie.sweeps.report.reasons import Reason, reasons, warnings
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
        [*_warned(main, width)],
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
    if found and len(main) > 1:
        among = enumerated([label(row) for row in found], "and")
        own = ", each with that of its model" if len(found) > 1 else ""
        yield f"answers are compared with those of {among}{own}"


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


def _warned(main: Sequence[Row], width: int) -> Iterator[str]:
    """The warnings of cells in the table, below the cells that have them."""
    left, found = MOST_WARNINGS, warnings(main)
    for each in found:
        if told := [*map(_placed, each.problems)][:left]:
            yield from _hanging(f"warned {_named(each)}", told, width)
        left -= len(told)
    more = sum(len(each.problems) for each in found) - MOST_WARNINGS
    if more > 0:
        yield f"and {counted(more, 'more warning')}, which `--json` has"


def _without(rows: Sequence[Row], width: int) -> Iterator[str]:
    """What has no line of its own: status and cells, and below them the reasons that they share."""
    by_number = {row.number: row for row in rows}
    alike: dict[int, list[Row]] = {}
    for row in rows:
        if row.same_as is not None:
            alike.setdefault(row.same_as, []).append(row)
    for first, group in alike.items():
        told = f"comes to the calls of cell {first}, {label(by_number[first])}"
        yield from _hanging(f"same {listed(group, rows)}", [told], width)
    for each in reasons(rows):
        told_of = [*map(_placed, each.problems)] or ["no reason was told"]
        yield from _hanging(f"{each.status} {_named(each)}", told_of, width)


def _named(reason: Reason) -> str:
    return reason.shared or ", ".join(map(label, reason.cells))


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
