"""What a sweep adds to the loads that it consists of, and how fast it plans."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.processes import python, seconds
from benchmarks.results import Row

PAIRS = 5
CELLS = 4
"""Of a sweep whose cells are held against bare processes."""
MANY = 64
PLANNED = [
    "model=tiny",
    "precision=auto,fp32,bf16,fp16",
    "quantization=none,bnb_8bit,bnb_4bit,quanto,torchao",
    "attention=auto,eager,sdpa,flash_attention_2,flex_attention",
    "device=auto,cpu",
    "weights=pretrained,random,meta",
    "weights.mode=eval,train",
]
"""1,200 cells; a good half of them is refused."""
NUMBER = 4 * 5 * 5 * 2 * 3 * 2


def rows() -> Iterator[Row]:
    """Cells against bare processes, planning alone, and workers against each other."""
    yield _overhead()
    yield _planning()
    yield _workers()


def _overhead() -> Row:
    bare = python("-m", "yaie", "model=tiny", "weights=random", "--json")
    seconds(bare)
    pairs = [
        (_swept(CELLS, 1)["running"] / CELLS, median(seconds(bare) for _ in range(CELLS)))
        for _ in range(PAIRS)
    ]
    ratios = [cell / alone for cell, alone in pairs]
    return Row(
        what="a cell of a sweep, from the start of its process to its row",
        ours=f"{median(cell for cell, _ in pairs):.2f} s",
        other=f"the same load, `yaie`, whole process: {median(a for _, a in pairs):.2f} s",
        ratio=f"{median(ratios):.3f}× ({min(ratios):.3f}–{max(ratios):.3f})",
        target="≤ 1.1×",
    )


def _planning() -> Row:
    took = [seconds(python("-m", "yaie", "sweep", *PLANNED, "--dry-run")) for _ in range(PAIRS)]
    one = [seconds(python("-m", "yaie", "plan", "model=tiny")) for _ in range(PAIRS)]
    scaled = median(took) * 1000 / NUMBER
    return Row(
        what=f"`yaie sweep` of {NUMBER:,} cells, planned alone, whole process",
        ours=f"{median(took):.2f} s ({min(took):.2f}–{max(took):.2f})",
        other=f"one `yaie plan`: {median(one):.2f} s",
        ratio=f"{scaled:.1f} s for 1,000 cells",
        target="≤ 20 s",
    )


def _workers() -> Row:
    one, two = _swept(MANY, 1), _swept(MANY, 2)
    assert one["ok"] == two["ok"] == MANY
    return Row(
        what=f"a sweep of {MANY} cells on 2 workers, without its planning",
        ours=f"{two['running']:.0f} s",
        other=f"on 1 worker: {one['running']:.0f} s",
        ratio=f"{one['running'] / two['running']:.2f}× faster",
        target="–",
    )


def _swept(cells: int, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        words = [str(Path(folder) / "sweep"), str(cells), str(workers)]
        command = python("benchmarks/scripts/timed_sweep.py", *words)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
