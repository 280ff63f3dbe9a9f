"""Time that a model takes, read once its devices are done. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from math import inf
from statistics import median
from typing import Any

LONGEST = 10.0
"""Seconds after which no more tokens or inputs are waited for: what is slow is slow by fewer."""


def longest() -> float:
    """`LONGEST`; endless for ranks, which would not stop at the same place, and wait for each
    other."""
    import torch.distributed as ranks

    return inf if ranks.is_available() and ranks.is_initialized() else LONGEST


def now() -> float:
    """Seconds of a clock that never goes back; what accelerators were given is done by then."""
    import torch

    if torch.accelerator.is_available():
        for index in range(torch.accelerator.device_count()):
            torch.accelerator.synchronize(index)
    return time.perf_counter()


def took(run: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = now()
    run()
    return now() - start


def repeated(run: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each run, after one that is not counted."""
    run()
    return [took(run) for _ in range(repeats)]


def spread(values: Iterable[float]) -> dict[str, Any]:
    """Median and range of repeats, to six digits that count."""
    all_of = [float(f"{value:.6g}") for value in values]
    middle = float(f"{median(all_of):.6g}")
    return {"median": middle, "min": min(all_of), "max": max(all_of), "repeats": len(all_of)}
