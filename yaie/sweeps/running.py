"""Running: how the cells of a sweep run, and what is measured in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from yaie.errors import Problem
from yaie.spec.wording import all_quoted
from yaie.sweeps.measures.measuring import (
    LEAST_TOKENS,
    MOST_REPEATS,
    MOST_TOKENS,
    PARTS,
    Measuring,
)

MOST_WORKERS = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the cells of a sweep run, and where its rows are written."""

    into: Path | None = None
    """The sweep's folder; None for one by its model and a digest of all that it asks for."""
    workers: int = 1
    """Cells at a time on this machine."""
    launcher: tuple[str, ...] = ()
    """Overrides for Hydra's launcher: `hydra/launcher=ray`."""
    timeout: float | None = None
    """Seconds that a cell may take; None for as long as it takes."""
    measuring: Measuring = field(default_factory=Measuring)
    text_file: Path | None = None
    """Where the text that models read was read from; None where it was given itself, or not."""
    reference: str | None = None
    """The cell that others of its model are compared with, by its number or its overrides; None for
    the one that loses least."""
    dry: bool = False
    """Whether cells are planned only, and nothing is run or written."""

    @property
    def launching(self) -> tuple[str, ...]:
        """The overrides of the launcher, those that workers stand for among them."""
        if self.workers == 1:
            return self.launcher
        # A worker takes cells one by one: some last a hundred times longer than others.
        several = (f"hydra.launcher.n_jobs={self.workers}", "hydra.launcher.batch_size=1")
        return ("hydra/launcher=joblib", *several, *self.launcher)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with its values, by the names that Python has for them."""
        measuring = self.measuring
        for part in measuring.parts:
            if part not in PARTS:
                yield _wrong("measure", part, f"none of {all_quoted(PARTS)}")
        for name, value, allowed in (
            ("tokens", measuring.tokens, range(LEAST_TOKENS, MOST_TOKENS + 1)),
            ("repeats", measuring.repeats, range(1, MOST_REPEATS + 1)),
            ("workers", self.workers, range(1, MOST_WORKERS + 1)),
        ):
            if not isinstance(value, int) or value not in allowed:
                yield _wrong(name, value, f"no whole number from {allowed[0]} to {allowed[-1]:,}")
        if self.timeout is not None and not 0 < self.timeout < inf:
            yield _wrong("timeout", self.timeout, "no number of seconds above 0")


def _wrong(name: str, value: object, why: str) -> Problem:
    return Problem(path=name, message=f"`{value}` is {why}", origin=f"{name}={value!r}")
