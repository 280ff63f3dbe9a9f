"""How fast a load gets its weights from the disk, noted for the plans of loads alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yaie.facts.facts import Facts
from yaie.planning.files import reading_place
from yaie.sources.rates import note
from yaie.spec.load_spec import LoadSpec

COLD = 0.9
"""Share of the weights that has to come from the disk; the rest was in memory already."""
_COUNTERS = Path("/proc/self/io")


@contextmanager
def measured(spec: LoadSpec, facts: Facts) -> Iterator[None]:
    """Around the call that reads the weights. Only Linux tells what it took from the disk.

    Weights that are mapped and not read tell nothing, and nor do those that were in memory.
    """
    before, start = _from_disk(), time.perf_counter()
    yield
    took = time.perf_counter() - start
    held = facts.checkpoint
    if held is None or before is None:
        return
    weights = sum(held.files[name] for name in held.weight_files)
    if ((_from_disk() or 0) - before) >= COLD * weights:
        note("read", reading_place(spec, held.folder), weights, took)


def _from_disk() -> int | None:
    """Bytes that this process has had read from storage; None where the system does not tell."""
    try:
        counters = dict(line.split(": ") for line in _COUNTERS.read_text().splitlines())
    except OSError:
        return None
    return int(counters["read_bytes"])
