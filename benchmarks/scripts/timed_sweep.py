"""Sweeps the seeds of a small random model; prints how long planning and running took.

`python benchmarks/scripts/timed_sweep.py FOLDER CELLS WORKERS PARTS`
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.measures.measuring import PARTS, Measuring
from yaie.sweeps.product import Asked
from yaie.sweeps.row import Row
from yaie.sweeps.running import Running
from yaie.sweeps.sweep import sweep


class Clock(Unwatched):
    """When the first cell could start, and when the last one had its row."""

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        self.began = time.perf_counter()

    def finished(self, row: Row) -> None:
        self.ended = time.perf_counter()


def main(folder: str, cells: int, workers: int, parts: str) -> None:
    """Prints seconds of planning and of running, and the rows' statuses."""
    start = time.perf_counter()
    clock = Clock()
    words = ("model=tiny", "weights=random", f"weights.seed=range(0,{cells})")
    asked = Asked(recipe=None, overrides=words)
    measuring = Measuring(parts=tuple(part for part in PARTS if part in parts.split(",")))
    running = Running(into=Path(folder), workers=workers, measuring=measuring)
    rows = sweep(asked, running, clock).rows
    told = {
        "planning": clock.began - start,
        "running": clock.ended - clock.began,
        "ok": sum(row.status == "ok" for row in rows),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
