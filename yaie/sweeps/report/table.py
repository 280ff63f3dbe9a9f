"""The page's table: a line a cell that was loaded, or is the same as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yaie.spec.wording import counted
from yaie.sweeps.report.circumstances import hosts
from yaie.sweeps.report.column import Column, axes, columns, label, varying, words
from yaie.sweeps.report.quantity import Quantity, error_of, shown
from yaie.sweeps.report.reasons import WITHOUT, warned
from yaie.sweeps.report.records import whole
from yaie.sweeps.row import Row, Status


def table(rows: Sequence[Row], ends: frozenset[int], best: int | None) -> dict[str, Any]:
    """The template's variables; `ends` and `best` are numbers of the cells that are marked."""
    lines = [row for row in whole(rows) if row.status not in WITHOUT]
    shared, keys = varying(columns(lines), lines), axes(rows)
    are_several = len(hosts(lines)) > 1
    return {
        "heads": [*_heads(keys, shared, are_several=are_several)],
        "lines": [
            {
                "number": row.number,
                "label": label(row),
                "axes": [row.cell.get(key, "") for key in keys],
                "status": row.status,
                "note": "" if row.same_as is None else f"as cell {row.same_as}",
                "warnings": counted(len(warned(row)), "warning") if warned(row) else "",
                "host": row.machine.get("host", "") if are_several else None,
                "values": [_value(column, column.of(row)) for column in shared],
                "is_drawn": row.status is not Status.SAME,
                "marks": _marks(row.number in ends, row.number == best),
            }
            for row in lines
        ],
        "is_marked": bool(ends),
        "example": " ".join(words(lines[-1]).split()[:2]) if lines else "",
    }


def _marks(is_front: bool, is_best: bool) -> str:
    """The classes of a line."""
    return " ".join(["is-front"] * is_front + ["is-best"] * is_best)


def _heads(
    keys: Sequence[str], shared: Sequence[Column], *, are_several: bool
) -> Iterator[dict[str, Any]]:
    yield _head("cell")
    yield from (_head(key, key, is_axis=True) for key in keys)
    yield from (_head(column.title, column.name, column=column) for column in shared)
    yield _head("status")
    if are_several:
        yield _head("host")


def _head(
    title: str, name: str = "", *, is_axis: bool = False, column: Column | None = None
) -> dict[str, Any]:
    return {"title": title, "name": name, "is_axis": is_axis, "column": column}


def _value(column: Column, held: Quantity | None) -> dict[str, Any]:
    """A quantity, and its standard error, or how far its repeats lie apart as a share of it."""
    if held is None:
        return {"number": None, "text": "", "spread": ""}
    value = {"number": _digits(held.median), "text": shown(held.median, column.unit), "spread": ""}
    if held.error:
        within = {"least": max(0.0, held.median - held.error), "most": held.median + held.error}
        ends = {name: _digits(end) for name, end in within.items()}
        return {**value, "spread": error_of(held, column.unit), **ends}
    if held.least is None or held.most is None or not held.median:
        return value
    spread = f"{100 * held.spread / abs(held.median):.2g} %"
    ends = {"least": _digits(held.least), "most": _digits(held.most)}
    return {**value, "spread": spread, **ends}


def _digits(number: float) -> str:
    """A number as scripts read it, with as many digits as any clock or sum has."""
    return str(number) if isinstance(number, int) else f"{number:.9g}"
