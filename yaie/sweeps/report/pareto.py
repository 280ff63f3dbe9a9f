"""The points that no other beats."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[tuple[float, float]]) -> tuple[int, ...]:
    """Indices of the points of which no other is less in one coordinate and no more in the other,
    by the first coordinate; of equal points all are on the front."""
    found: list[int] = []
    least = float("inf")
    for index in sorted(range(len(points)), key=lambda index: points[index]):
        if points[index][1] < least or (found and points[index] == points[found[-1]]):
            least = points[index][1]
            found.append(index)
    return tuple(found)
