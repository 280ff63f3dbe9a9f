"""What a sweep adds to the loads that it consists of, and how fast it plans."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
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
    yield from _overhead()
    yield _planning()
    yield _workers()


def _overhead() -> Iterator[Row]:
    """Of the sweep itself, where a cell is the load alone, and with all that is measured."""
    bare = python("-m", "yaie", "model=tiny", "weights=random", "--json")
    seconds(bare)
    times = [
        (
            median(seconds(bare) for _ in range(CELLS)),
            _swept(CELLS, 1, "none")["running"] / CELLS,
            _swept(CELLS, 1)["running"] / CELLS,
        )
        for _ in range(PAIRS)
    ]
    what = "a cell of a sweep, from the start of its process to its row"
    loads = [(alone, cell) for alone, cell, _ in times]
    yield _against(f"{what}, `--measure none`", loads, "≤ 1.1×")
    measured = [(alone, cell) for alone, _, cell in times]
    yield _against(f"{what}, with all that is measured", measured, "–")


def _against(what: str, times: Sequence[tuple[float, float]], target: str) -> Row:
    ratios = [cell / alone for alone, cell in times]
    return Row(
        what=what,
        ours=f"{median(cell for _, cell in times):.2f} s",
        other=f"the same load, `yaie`, whole process: {median(alone for alone, _ in times):.2f} s",
        ratio=f"{median(ratios):.3f}× ({min(ratios):.3f}–{max(ratios):.3f})",
        target=target,
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


def _swept(cells: int, workers: int, parts: str = "load,speed,quality") -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        words = [str(Path(folder) / "sweep"), str(cells), str(workers), parts]
        command = python("benchmarks/scripts/timed_sweep.py", *words)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
