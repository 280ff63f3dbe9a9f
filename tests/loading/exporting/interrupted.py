"""A program that puts a graph over an older export again and again, interrupted each time later.

    python -m tests.loading.exporting.interrupted CHECKPOINT PLACE

CHECKPOINT is a ViT's, and PLACE an export of it. The graph is that of PLACE, with a config of its
own. At points spread over its system calls the process that writes is killed, or its disk filled.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.loading.interrupted import _filling, _kill, contents, interrupted

POINTS = 6


def main(checkpoint: str, place: Path) -> dict[str, int]:
    """How often the old or the new export, or a mixture, was there, by how the writing ended."""
    from transformers import ViTForImageClassification
    from transformers.exporters.base import ExportedModel

    from yaie.loading.exporting.export import write

    before, after = place.with_name("before"), place.with_name("after")
    shutil.copytree(place, before)
    model = ViTForImageClassification.from_pretrained(checkpoint)
    graph = ExportedModel.from_pretrained(before)
    assert graph.config is not None
    graph.config.id2label = {0: "new", 1: "newer"}
    write(graph, model, None, after)
    old, new = contents(before), contents(after)
    assert old != new
    found: Counter[str] = Counter()
    for act in (_kill, _filling(place.parent)):
        for at in range(0, 10**6, _calls(lambda: write(graph, model, None, place)) // POINTS):
            code = interrupted(lambda: write(graph, model, None, place), at, act)
            (place.parent / "filler").unlink(missing_ok=True)
            if code == -1:
                break
            kept = {str(old): "old", str(new): "new"}.get(str(contents(place)), "mixture")
            found[f"{kept}, {'killed' if code is None else f'exit {code}'}"] += 1
            shutil.rmtree(place)
            shutil.copytree(before, place)
    return dict(found)


def _calls(write: Callable[[], Any]) -> int:
    """System calls of a write that nothing interrupts."""
    calls = 0

    def count(_: int) -> None:
        nonlocal calls

    low, high = 1, 2
    while interrupted(write, high, count) != -1:
        low, high = high, high * 2
    return low


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
