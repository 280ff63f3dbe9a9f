"""A composition as rows: each value beside where it was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.spec.load_spec import Composition

DEFAULT = "default"
"""Origin of a value that nobody said."""

Row = tuple[str, Any, str]
"""Dotted path, value, origin."""


def rows(composition: Composition) -> list[Row]:
    """Every value of the spec, defaults among them, in the spec's order."""
    values = composition.spec.model_dump()
    return [row for group in values for row in _rows(group, values[group], composition.origins)]


def _rows(path: str, value: Any, origins: Mapping[str, str]) -> Iterator[Row]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _rows(f"{path}.{key}", item, origins)
    else:
        yield path, value, origin(path, origins)


def origin(path: str, origins: Mapping[str, str]) -> str:
    """Where a value was said; where its group was chosen says nothing of a field."""
    parts = path.split(".")
    for length in range(len(parts), 1, -1):
        if said := origins.get(".".join(parts[:length])):
            return said
    return DEFAULT
