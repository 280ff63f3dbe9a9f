"""Cells of one fate, named by what they share where that is all there is to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from yaie.spec.wording import counted
from yaie.sweeps.report.column import label
from yaie.sweeps.row import Row

FEW = 3
"""Cells that are shorter named one by one."""


def shared(group: Sequence[Row], rows: Sequence[Row]) -> str | None:
    """`16 cells: attention=flash_attention_2`, where these are all cells of that among the rows;
    None where they are few, or no values tell them from the others."""
    common = dict(_common(group))
    if len(group) < FEW or not common:
        return None
    alike = sum(common.items() <= row.cell.items() for row in rows)
    if alike != len(group):
        return None
    telling = common.items() - dict(_common(rows)).items()
    words = " ".join(f"{key}={value}" for key, value in common.items() if (key, value) in telling)
    return f"{counted(len(group), 'cell')}: {words}" if telling else None


def _common(group: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The values that all of a group have."""
    first: Mapping[str, str] = group[0].cell
    for key, value in first.items():
        if all(row.cell.get(key) == value for row in group):
            yield key, value


def listed(group: Sequence[Row], rows: Sequence[Row]) -> str:
    """A group by what it shares, else cell by cell."""
    return shared(group, rows) or ", ".join(map(label, group))
