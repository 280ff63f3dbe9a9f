"""The best cell of those that meet conditions, and why it is that one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from yaie.errors import Fault, InputError, Problem, UnsupportedError
from yaie.spec.wording import counted, enumerated
from yaie.sweeps.report.column import KNOWN, Column, named, words
from yaie.sweeps.report.condition import Condition, measured, missed
from yaie.sweeps.report.measurable import measurable
from yaie.sweeps.report.quantity import Quantity, shown
from yaie.sweeps.row import Row, Status

QUALITY = ("kl_divergence", "relative_error", "perplexity", "top1_agreement")
"""Measures of what answers lose, the first that was measured holds."""
AGAINST_REFERENCE = ("kl_divergence", "top1_agreement")
"""Those that are taken place by place against the reference, with a standard error."""
ROUNDING = 1e-9
"""What the order of sums changes of these."""
ORDER = ("memory_bytes", "generated_tokens_per_second", "items_per_second", "load_seconds")
"""What decides among cells of the same quality, the first first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The recommended cell."""

    row: Row
    fitting: int
    """Cells that meet the conditions."""
    unjudged: str = ""
    """How many lack what a condition bounds, and what that is; empty where none does."""
    alike: int = 1
    """Cells that are as good in the first measure, as far as its standard error tells."""
    order: tuple[Column, ...]
    """What they were compared by, the first first."""

    def __str__(self) -> str:
        return f"{words(self.row) or 'the one cell'}: {self.reason}"

    @property
    def reason(self) -> str:
        """`the least KL, then memory, of 3 cells that fit: KL 0.03, memory 2.03 MB`."""
        first, *rest = self.order
        extreme = "the least" if first.better == "less" else "the most"
        alike = f" (as {self.alike} cells within its error)" if self.alike > 1 else ""
        then = "".join(f", then {column.title}" for column in rest)
        held = [(column, column.of(self.row)) for column in self.order]
        has = [f"{c.title} {shown(q.median, c.unit)}" for c, q in held if q is not None]
        among = counted(self.fitting, "cell") + (" that fits" if self.fitting == 1 else " that fit")
        unjudged = f"; {self.unjudged}" if self.unjudged else ""
        return (
            f"{extreme} {first.title}{alike}{then}, of {among}: {enumerated(has, 'and')}{unjudged}"
        )


def best(rows: Sequence[Row], conditions: Sequence[Condition], by: Column | None = None) -> Best:
    """The best of the cells that were loaded, or would be, and meet every condition.

    Least loss of quality first, where it was measured, then least memory, then the fastest; `by`
    before all of these. Cells whose divergence or agreement lies within the standard error of the
    best one's count as equal, and the next measure decides: the rule of one standard error
    (Breiman et al., Classification and Regression Trees, 1984, section 3.4.3). A cell without a
    measure stands behind those that have it. Raises UnsupportedError where none meets the
    conditions, and names the nearest.
    """
    loaded = [row for row in rows if row.status in (Status.OK, Status.PLANNED)]
    fitting = [row for row in loaded if all(condition.holds(row) for condition in conditions)]
    if not fitting:
        raise UnsupportedError(_none(loaded, conditions))
    order = tuple(_order(fitting, by))
    left = fitting
    for column in order:
        left = _equals(left, column)
    alike = _equals(fitting, order[0])
    differ = len({rank(order[0], row) for row in alike}) > 1
    return Best(
        row=left[0],
        fitting=len(fitting),
        order=order,
        unjudged=_unjudged(loaded, conditions),
        alike=len(alike) if differ else 1,
    )


def _equals(rows: Sequence[Row], column: Column) -> list[Row]:
    """The rows than which none is better."""
    top = min(rows, key=lambda row: rank(column, row))
    least = rank(column, top)
    return [
        row
        for row in rows
        if rank(column, row) == least
        or rank(column, row) - least <= _noise(column.name, column.of(row), column.of(top))
    ]


def _noise(name: str, *held: Quantity | None) -> float:
    """By how much two rows may differ and be equal. A perplexity's error is that of its text, which
    all cells read: it tells of no difference."""
    if name not in AGAINST_REFERENCE:
        return 0.0
    return max(ROUNDING, hypot(*((quantity and quantity.error) or 0.0 for quantity in held)))


def _unjudged(rows: Sequence[Row], conditions: Sequence[Condition]) -> str:
    """`7 cells could not be judged: nothing is known of their memory`; nothing of all cells."""
    lacking = [[c.column.title for c in conditions if c.column.of(row) is None] for row in rows]
    number = sum(map(bool, lacking))
    if number in (0, len(rows)):
        return ""
    titles = [*dict.fromkeys(title for each in lacking for title in each)]
    whose = "its" if number == 1 else "their"
    what = enumerated([f"{whose} {title}" for title in titles], "or")
    return f"{counted(number, 'cell')} could not be judged: nothing is known of {what}"


def _order(rows: Sequence[Row], by: Column | None) -> Iterator[Column]:
    """The columns that any row has a quantity in, each once."""
    chosen = [by, quality(rows), *(named(name, KNOWN) for name in ORDER)]
    known = {column.name: column for column in chosen if column is not None}
    yield from (column for column in known.values() if column is by or any(map(column.of, rows)))


def rank(column: Column, row: Row) -> float:
    """What is less where a row is better; infinite where it has no such quantity."""
    held = column.of(row)
    if held is None:
        return float("inf")
    return -held.median if column.better == "more" else held.median


def _none(loaded: Sequence[Row], conditions: Sequence[Condition]) -> Problem:
    if not loaded:
        return _problem("no cell was loaded, so none of them is the best")
    asked = enumerated([f"`{condition.said}`" for condition in conditions], "and")
    nearest = min(loaded, key=lambda row: _miss(row, conditions))
    cell = words(nearest) or "the one cell"
    misses = enumerated([*missed(conditions, nearest)], "and")
    told = [f"no cell meets {asked}", f"the nearest is `{cell}`: {misses}"]
    return _problem("; ".join(filter(None, (*told, _unjudged(loaded, conditions)))))


def _miss(row: Row, conditions: Sequence[Condition]) -> tuple[int, float]:
    """Quantities that a row lacks, then by how much it misses the bounds of the others."""
    misses = [condition.miss(row) for condition in conditions]
    return sum(lacks for lacks, _ in misses), sum(share for _, share in misses)


def _problem(message: str) -> Problem:
    return Problem(path="", message=message, origin="--best", fault=Fault.UNSUPPORTED)


def ordering(word: str, among: Sequence[Column] | None = None) -> Column:
    """The column that `--by` names; raises InputError where it is none, or none that is better for
    more or less of it."""
    column = measured(word, "--by", measurable() if among is None else among)
    if column.better is None:
        message = f"neither more nor less of `{word}` is better"
        raise InputError(Problem(path="", message=message, origin="--by"))
    return column


def quality(rows: Sequence[Row]) -> Column | None:
    """The first measure of quality that any row has; None where none was measured."""
    found = [column for name in QUALITY if (column := named(name, KNOWN))]
    return next((column for column in found if any(map(column.of, rows))), None)
