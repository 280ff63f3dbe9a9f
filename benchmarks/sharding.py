"""What each of two ranks does and holds of a load, beside one process that loads the whole."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.checkpoint import folder
from benchmarks.processes import python
from benchmarks.results import Row

PAIRS = 5
RANKS = 2


def rows() -> Iterator[Row]:
    """A 1.1B bf16 checkpoint, tensor-parallel over two processes of gloo and whole, in turn."""
    words = (f"model={folder()}", "processor=none")
    split = (*words, "device=tp", f"device.ranks={RANKS}")
    pairs = [(_receipt(*split), _receipt(*words, "device=cpu")) for _ in range(PAIRS)]
    ratios = [_seconds(rank) / _seconds(whole) for rank, whole in pairs]
    yield Row(
        what=f"tensor-parallel load of a 1.1B bf16 checkpoint over {RANKS} ranks of one CPU, from"
        " the end of the imports",
        ours=f"a rank: {median(_seconds(rank) for rank, _ in pairs):.2f} s",
        other=f"unsharded: {median(_seconds(whole) for _, whole in pairs):.2f} s",
        ratio=f"{median(ratios):.2f}× ({min(ratios):.2f}–{max(ratios):.2f})",
        target="–",
    )
    ranks, whole = (receipt["memory"].values() for receipt in pairs[0])
    most = max(rank["measured_bytes"] for rank in ranks)
    (alone,) = (device["measured_bytes"] for device in whole)
    yield Row(
        what="the same: memory of parameters and buffers",
        ours=f"a rank: {most / 1e9:.2f} GB",
        other=f"unsharded: {alone / 1e9:.2f} GB",
        ratio=f"{most / alone:.3f}×",
        target=f"≤ {1 / RANKS + 0.05:.2f}×",
    )


def _receipt(*words: str) -> Any:
    command = python("-m", "yaie", *words, "--json", "--quiet")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _seconds(receipt: Any) -> float:
    """Of every stage but the import."""
    stages = receipt["seconds"].items()
    return float(sum(seconds for stage, seconds in stages if stage != "import"))
