"""What `--best` and `--by` may name: quantities that rows have, or will have."""

from __future__ import annotations

from collections.abc import Sequence

from yaie.errors import InputError, Problem
from yaie.spec.wording import all_quoted
from yaie.sweeps.measures.measuring import PARTS
from yaie.sweeps.report.column import GIVEN, KNOWN, Column, columns, stages
from yaie.sweeps.report.quantity import Quantity, Unit
from yaie.sweeps.row import Row

STAGES = ("check", "fetch", "import", "match", "ranks", "load", "processor", "touch", "process")
"""Stages that loads have; other ones are known once rows have them."""


def measurable(rows: Sequence[Row] = ()) -> tuple[Column, ...]:
    """The columns that are known, those that the rows have besides, and the seconds of stages."""
    names = {column.name: column for column in (*KNOWN, *GIVEN, *columns(rows))}
    return (*names.values(), *map(_stage, dict.fromkeys((*STAGES, *stages(rows)))))


def _stage(name: str) -> Column:
    def of(row: Row) -> Quantity | None:
        return Quantity(row.seconds[name]) if name in row.seconds else None

    return Column(
        name=f"seconds_{name.replace(' ', '_')}",
        title=f"seconds.{name}",
        unit=Unit.SECONDS,
        better="less",
        of=of,
        part="load" if name == "touch" else None,
    )


def refuse_untaken(asked: Sequence[Column], parts: Sequence[str], origin: str) -> None:
    """Raises InputError for quantities of parts that are not measured."""
    problems = [
        Problem(
            path="",
            message=f"`{column.title}` is of the part `{column.part}`, and measured are"
            f" {all_quoted(parts) or 'none'}",
            hint=f"`--measure {','.join(p for p in PARTS if p in parts or p == column.part)}`",
            origin=origin,
        )
        for column in asked
        if column.part is not None and column.part not in parts
    ]
    if problems:
        raise InputError(*problems)
