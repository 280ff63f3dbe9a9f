"""The rows of a sweep as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yaie.cli.problems import printable
from yaie.errors import errors_of
from yaie.spec.wording import sized
from yaie.sweeps.row import Row, Status


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """A heading, then a line a row: what it has of each axis, its status, time and memory, or why
    it has none."""
    axes = list(dict.fromkeys(key for row in rows for key in row.cell))
    table = [(*axes, "status", "seconds", "memory", "")]
    table += [(*(row.cell.get(key, "") for key in axes), *_told(row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield printable("  ".join(cells).rstrip())


def _told(row: Row) -> tuple[str, str, str, str]:
    seconds = f"{row.seconds['process']:.1f}" if "process" in row.seconds else ""
    held = [sizes.get("measured_bytes", sizes["predicted_bytes"]) for sizes in row.memory.values()]
    return str(row.status), seconds, sized(sum(held)) if held else "", _why(row)


def _why(row: Row) -> str:
    if row.status is Status.SAME:
        return f"as cell {row.same_as}"
    errors = errors_of(row.problems)
    return errors[0].message if errors else ""
