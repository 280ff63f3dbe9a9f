"""What a reader of the page may choose: the axes of its first plot, and what colours tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yaie.sweeps.report.column import Column, axes, columns, varying
from yaie.sweeps.report.plots import ACROSS, against
from yaie.sweeps.row import Row

MOST_COLOURS = 7
"""Values of an axis that signs and colours tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One select of the page: its options by what scripts call them, and which holds at first."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    first: str


def choices(loaded: Sequence[Row]) -> tuple[Choice, ...]:
    """Across, up and colour; none where there is nothing to choose among."""
    up = against(loaded)
    if up is None:
        return ()
    quantities = tuple((c.name, c.title) for c in _drawable(loaded))
    keys = [key for key in axes(loaded) if 1 < len(_values(key, loaded)) <= MOST_COLOURS]
    colours = (("", "none"), *((key, key) for key in keys))
    return (
        Choice(name="across", title="across", options=quantities, first=ACROSS),
        Choice(name="up", title="up", options=quantities, first=up.name),
        Choice(name="colour", title="colour", options=colours, first=keys[0] if keys else ""),
    )


def _drawable(loaded: Sequence[Row]) -> tuple[Column, ...]:
    return varying(columns(loaded), loaded)


def _values(key: str, rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(row.cell.get(key, "") for row in rows)
