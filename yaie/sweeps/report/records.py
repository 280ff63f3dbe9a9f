"""Rows as flat records, one name a value: what CSV and Parquet hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from yaie.errors import errors_of
from yaie.sweeps.report.column import ERROR, Column, axes, columns, stages
from yaie.sweeps.row import Row, Status

Value = str | int | float | None


def records(rows: Sequence[Row]) -> list[dict[str, Value]]:
    """A record a row, all with the same names in the same order.

    A cell that comes to the calls of another has that one's measures.
    """
    shared = columns(rows)
    spread = [c for c in shared if any((q := c.of(row)) and q.least is not None for row in rows)]
    means = [c for c in shared if any((q := c.of(row)) and q.error is not None for row in rows)]
    keys, passed = axes(rows), stages(rows)
    places = tuple(dict.fromkeys(name for row in rows for name in _machine(row)))
    return [dict(_values(row, keys, passed, shared, spread, means, places)) for row in whole(rows)]


def whole(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those that are the same as another with what was measured of that."""
    by_number = {row.number: row for row in rows}
    return tuple(_measured(row, by_number) for row in rows)


def _measured(row: Row, rows: Mapping[int, Row]) -> Row:
    first = rows.get(-1 if row.same_as is None else row.same_as)
    if row.status is not Status.SAME or first is None:
        return row
    return replace(
        row,
        seconds=first.seconds,
        memory=first.memory,
        started=first.started,
        machine=first.machine,
        measures=first.measures,
        reference=first.reference,
    )


def _values(
    row: Row,
    keys: Sequence[str],
    passed: Sequence[str],
    shared: Sequence[Column],
    spread: Sequence[Column],
    means: Sequence[Column],
    places: Sequence[str],
) -> Iterator[tuple[str, Value]]:
    yield "number", row.number
    yield from ((key, row.cell.get(key)) for key in keys)
    yield "status", str(row.status)
    yield "same_as", row.same_as
    for column in shared:
        held = column.of(row)
        yield column.name, None if held is None else held.median
        if column in spread:
            yield f"{column.name}_min", None if held is None else held.least
            yield f"{column.name}_max", None if held is None else held.most
        if column in means:
            yield f"{column.name}{ERROR}", None if held is None else held.error
    yield from ((f"seconds_{stage}", row.seconds.get(stage)) for stage in passed)
    yield "reference", row.reference
    yield "exit_code", row.exit_code
    yield "signal", row.signal
    yield "problem", next((error.message for error in errors_of(row.problems)), None)
    yield "log", row.log
    yield "started", row.started
    machine = _machine(row)
    yield from ((name, machine.get(name)) for name in places)


def _machine(row: Row) -> dict[str, Value]:
    """Where a cell ran: `machine_cores`, `version_torch`."""
    found: dict[str, Value] = {}
    for name, value in row.machine.items():
        if isinstance(value, Mapping):
            found |= {f"version_{package}": str(number) for package, number in value.items()}
        else:
            found[f"machine_{name}"] = "; ".join(value) if isinstance(value, list) else value
    return found


def as_csv(rows: Sequence[Row]) -> str:
    """A heading and a line a row, as in RFC 4180 but for its line ends; nothing is left empty."""
    held = records(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(held[0]) if held else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return text.getvalue()


_TEXT = ("signal", "problem", "log", "started")
"""Names that are text, even where no record has a value."""


def as_parquet(rows: Sequence[Row]) -> bytes:
    """The records as a Parquet file: numbers as numbers, nothing as null. Needs pyarrow."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pylist(records(rows))
    for index, found in enumerate(table.schema):
        if pyarrow.types.is_null(found.type):
            kind = pyarrow.string() if found.name in _TEXT else pyarrow.int64()
            table = table.set_column(index, found.name, table.column(index).cast(kind))
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()
