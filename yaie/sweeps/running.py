"""Running: how the cells of a sweep run, and what is measured in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from yaie.sweeps.measures.measuring import Measuring


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
