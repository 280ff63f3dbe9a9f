"""Measure: one thing that is taken of a loaded model, and what it is taken of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.measuring import Measuring


class UnmeasuredError(Exception):
    """A measure that cannot be taken of this model; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A loaded model as it is measured."""

    loaded: Loaded
    measuring: Measuring
    number: int
    """Of its cell."""
    reference: int | None = None
    """Number of the cell whose answers its own are compared with; None where they are not."""
    answers: Path
    """Where the answers of the reference lie, or will."""

    @property
    def model(self) -> Any:
        return self.loaded.model

    @property
    def is_reference(self) -> bool:
        return self.number == self.reference


@dataclass(frozen=True, slots=True)
class Found:
    """What a measure found; both are empty where the model has no such thing."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Name in the row → number, or numbers with their spread."""
    remarks: tuple[str, ...] = ()
    """Why something is missing, or what it was measured on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A row of the table of measures."""

    stage: str
    """What the row says of a process that is killed meanwhile."""
    part: str
    """The part of `--measure` that it belongs to."""
    by: Callable[[Subject], Found]
    """Takes it; raises UnmeasuredError, or whatever the model raises."""
