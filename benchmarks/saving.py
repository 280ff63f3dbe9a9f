"""What a save that no interruption harms costs beside a plain one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from statistics import median

from benchmarks.checkpoint import folder
from benchmarks.processes import python
from benchmarks.results import Row

PAIRS = 9


def rows() -> Iterator[Row]:
    """A 1.1B bf16 checkpoint saved over another one and loaded again, in one process in turn."""
    command = python("benchmarks/scripts/timed_save.py", str(folder()), str(PAIRS))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    pairs = json.loads(done.stdout)
    for what, part in (("saved and loaded again", "all"), ("saved", "save")):
        ratios = [pair["ours"][part] / pair["plain"][part] for pair in pairs]
        flush = median(pair["ours"]["flush"] for pair in pairs)
        yield Row(
            what=f"a 1.1B bf16 model {what}, flushed and exchanged for the checkpoint before",
            ours=f"{median(pair['ours'][part] for pair in pairs):.2f} s, {flush:.2f} s of it the"
            " last flush",
            other=f"save_pretrained: {median(pair['plain'][part] for pair in pairs):.2f} s",
            ratio=f"{median(ratios):.2f}× ({min(ratios):.2f}–{max(ratios):.2f})",
            target="≤ 1.15×" if part == "all" else "–",
        )
