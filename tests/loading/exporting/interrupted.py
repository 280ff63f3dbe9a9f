"""A program that puts a graph over an older export again and again, interrupted each time later.

    python -m tests.loading.exporting.interrupted CHECKPOINT PLACE STEP

CHECKPOINT is a ViT's, and PLACE an export of it. The graph is that of PLACE, with a config of its
own. At each STEP-th of its system calls the process that writes is killed, or its disk filled.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path

from tests.loading.interrupted import _filling, _kill, contents, interrupted


def main(checkpoint: str, place: Path, step: int) -> dict[str, int]:
    """How often the old or the new export, or a mixture, was there, by how the writing ended."""
    from transformers import ViTForImageClassification
    from transformers.exporters.base import ExportedModel

    from yaie.loading.exporting.export import write
    from yaie.planning.upstream import mapped

    before, after = place.with_name("before"), place.with_name("after")
    shutil.copytree(place, before)
    model = ViTForImageClassification.from_pretrained(checkpoint)
    graph = ExportedModel.from_pretrained(before)
    assert graph.config is not None
    graph.config.id2label = {0: "new", 1: "newer"}
    write(graph, model, None, after)
    old, new = contents(before), contents(after)
    assert old != new

    def save() -> None:
        with mapped("exporting"):
            write(graph, model, None, place)

    found: Counter[str] = Counter()
    for act in (_kill, _filling(place.parent)):
        at = 0
        while (code := interrupted(save, at, act)) != -1:
            (place.parent / "filler").unlink(missing_ok=True)
            kept = {str(old): "old", str(new): "new"}.get(str(contents(place)), "mixture")
            found[f"{kept}, {'killed' if code is None else f'exit {code}'}"] += 1
            _restore(place, before)
            at += step
        # The last run went to its end.
        _restore(place, before)
    return dict(found)


def _restore(place: Path, before: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(before, place)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
