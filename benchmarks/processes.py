"""Whole processes timed in turn, so that a machine whose speed drifts slows both alike."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Timed:
    """Median seconds of two commands, and the median of their ratios pair by pair."""

    first: float
    second: float
    ratio: float
    """First over second."""
    spread: tuple[float, float]
    """Smallest and largest ratio of a pair."""
    pairs: int


def in_turn(first: Sequence[str], second: Sequence[str], pairs: int) -> Timed:
    """Times `first` and `second` alternately after one uncounted run of each."""
    seconds(first), seconds(second)
    rows = [(seconds(first), seconds(second)) for _ in range(pairs)]
    ratios = [a / b for a, b in rows]
    return Timed(
        first=median(a for a, _ in rows),
        second=median(b for _, b in rows),
        ratio=median(ratios),
        spread=(min(ratios), max(ratios)),
        pairs=pairs,
    )


def seconds(command: Sequence[str]) -> float:
    """Wall seconds of one process that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    took = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return took


def peak(command: Sequence[str]) -> int:
    """The most bytes that one process held in memory, as /proc has it until the process ends.

    What the system tells afterwards has this process in it, of which the other is a copy at first.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{process.pid}/status")
    most = 0
    while process.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        most = int(found[1]) * 1024 if found else most
        time.sleep(0.02)
    return most


def python(*words: str) -> list[str]:
    """A command that runs this Python."""
    return [sys.executable, *words]
