"""The cells of a sweep that run on one machine at a time, and take each other's cores."""

from __future__ import annotations

from pathlib import Path

import psutil

WORKERS = "workers"
"""What a row calls their number."""
CHILD = "yaie.sweeps.child"
"""The module that a cell's process runs, followed by its sweep's folder."""


def crowd(folder: Path) -> int:
    """Cells of the sweep in a folder that run on this machine now, as its processes tell."""
    found = (process.info["cmdline"] or () for process in psutil.process_iter(["cmdline"]))
    return sum([*words[-3:-1]] == [CHILD, str(folder)] for words in found)
