"""What became of the models that were built to learn an architecture's limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Any

BUILT, UNREAD, REFUSED = "built", "unread", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What became of a model with one field changed."""

    field: str
    value: Any
    outcome: str
    """`built`, `unread` where the config says another value, or `refused`."""
    why: str = ""
    """The error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that was seen of one architecture."""

    observations: tuple[Observation, ...]
    """Of the largest model, those of a field one after another."""
    held: Mapping[str, Any]
    """The fields of the default config as built."""
    smaller: tuple[tuple[tuple[str, ...], tuple[Observation, ...]], ...] = ()
    """Tasks of a smaller model → some of the values that the largest refuses, asked again."""
    heads: tuple[tuple[tuple[str, ...], tuple[Observation, ...]], ...] = ()
    """Tasks that another class is not for → fields that it reads and the largest refused nothing
    of."""
    named_parts: tuple[str, ...] = ()
    whole_parts: Mapping[str, Mapping[str, Any]] = field_(default_factory=dict)
    absent_parts: tuple[str, ...] = ()
    following_parts: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    """Fields whose default is another once a model is built."""
    needed: Mapping[str, tuple[str, ...]] = field_(default_factory=dict)
    """Field of a mapping → keys that it is refused without."""
    rope_types: tuple[str, ...] | None = None


def is_number(value: object) -> bool:
    """Whether it is a number, as JSON has it: true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
