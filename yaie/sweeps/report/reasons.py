"""Why cells were not loaded, and what is worth knowing of those that were: each told once, with
its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from yaie.errors import Problem, errors_of
from yaie.sweeps.report.cohort import shared
from yaie.sweeps.row import Row, Status

WITHOUT = (Status.REFUSED, Status.FAILED, Status.KILLED)
"""Cells of which nothing was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Problems, and the cells that have them all."""

    status: str
    """Of the cells, or `warning`."""
    problems: tuple[Problem, ...]
    """Empty where a process told nothing."""
    cells: tuple[Row, ...]
    shared: str | None
    """What the cells share, where that says it all."""


def reasons(rows: Sequence[Row]) -> list[Reason]:
    """Why cells were not loaded: what broke before what was refused."""
    failed = sorted(
        (row for row in rows if row.status in WITHOUT), key=lambda row: row.status is Status.REFUSED
    )
    told = ((row.status, e, row) for row in failed for e in errors_of(row.problems) or (None,))
    return _gathered(told, rows)


def warnings(rows: Sequence[Row]) -> list[Reason]:
    """What is worth knowing of the cells that were loaded."""
    loaded = [row for row in rows if row.status in (Status.OK, Status.PLANNED)]
    told = (("warning", p, row) for row in loaded for p in warned(row))
    return _gathered(told, loaded)


def warned(row: Row) -> tuple[Problem, ...]:
    """The warnings of a row."""
    return tuple(problem for problem in row.problems if problem.severity == "warning")


def _gathered(
    told: Iterable[tuple[str, Problem | None, Row]], among: Sequence[Row]
) -> list[Reason]:
    """The cells of each problem, wherever it was said; problems of the same cells together."""
    cells: dict[tuple[str, Problem | None], dict[int, Row]] = {}
    for status, problem, row in told:
        same = None if problem is None else replace(problem, origin=None)
        cells.setdefault((status, same), {})[row.number] = row
    groups: dict[tuple[str, tuple[int, ...]], list[Problem]] = {}
    for (status, problem), found in cells.items():
        groups.setdefault((status, tuple(found)), []).extend([problem] if problem else [])
    rows = {row.number: row for row in among}
    return [
        _reason(status, [rows[n] for n in numbers], problems, among)
        for (status, numbers), problems in groups.items()
    ]


def _reason(
    status: str, cells: Sequence[Row], problems: Sequence[Problem], among: Sequence[Row]
) -> Reason:
    return Reason(
        status=status, problems=tuple(problems), cells=tuple(cells), shared=shared(cells, among)
    )
