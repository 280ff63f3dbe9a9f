"""The most memory that was taken at a time, loading and running. Imports torch."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from yaie.sweeps.measures.measure import Found, Subject


def peak(subject: Subject) -> Found:
    """Resident bytes of the process, libraries included, and the bytes that torch took of all GPUs
    together."""
    import torch

    found = {"peak_bytes": resident()}
    if torch.cuda.is_available():
        found["device_peak_bytes"] = sum(
            torch.cuda.max_memory_allocated(index) for index in range(torch.cuda.device_count())
        )
    return Found(found)


def resident() -> int:
    """The most bytes that this process had in memory."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage begins with what the process that started this one had.
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
