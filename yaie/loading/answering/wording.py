"""The few lines in which an answer is told to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SHOWN = 5
"""Lines of a list of answers; JSON has the rest."""


def share(part: float) -> str:
    """`12.5%`, `<0.1%` of what would else look like nothing."""
    return "<0.1%" if 0 < part < 0.0005 else f"{part:.1%}"


def shares(rows: Iterable[Mapping[str, Any]]) -> str:
    """`label 81.2%`, a line each, in the order given."""
    return "\n".join(f"{row['label']} {share(row['score'])}" for row in [*rows][:SHOWN])


def numbers(rows: Iterable[Mapping[str, Any]]) -> str:
    """`label 3.25`, of a regression."""
    return "\n".join(f"{row['label']} {row['score']:.4g}" for row in [*rows][:SHOWN])


def boxes(rows: Iterable[Mapping[str, Any]]) -> str:
    """`label 98.1% at 10,20–200,300`: left, top, right and bottom in pixels."""
    found = sorted(rows, key=lambda row: -row["score"])[:SHOWN]
    return "\n".join(
        f"{row['label']} {share(row['score'])} at {_corners(row['box'])}" for row in found
    )


def _corners(box: Mapping[str, int]) -> str:
    return f"{box['xmin']},{box['ymin']}–{box['xmax']},{box['ymax']}"
