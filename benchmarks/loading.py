"""What yaie adds to the time of a plain load."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from statistics import median

from benchmarks.checkpoint import folder
from benchmarks.processes import in_turn, python
from benchmarks.results import Row

PAIRS = 9


def rows() -> Iterator[Row]:
    """A 1.1B bf16 checkpoint: whole processes in turn, then the stages that are yaie's own."""
    place = str(folder())
    asked = ["-m", "yaie", f"model={place}", "precision=bf16", "device=cpu", "--json"]
    plain = python("benchmarks/scripts/plain_load.py", place)
    timed = in_turn(python(*asked), plain, PAIRS)
    yield Row(
        what="load of a local 1.1B bf16 checkpoint, whole process",
        ours=f"{timed.first:.2f} s",
        other=f"plain from_pretrained script: {timed.second:.2f} s",
        ratio=f"{timed.ratio:.3f}× ({timed.spread[0]:.3f}–{timed.spread[1]:.3f})",
        target="≤ 1.05×",
    )
    pairs = [(_ours(asked), _plain(place)) for _ in range(PAIRS)]
    over = [ours - plain for ours, plain in pairs]
    yield Row(
        what="the same in process, from the end of the imports to model and tokenizer",
        ours=f"{median(ours for ours, _ in pairs) * 1000:.0f} ms",
        other=f"plain: {median(plain for _, plain in pairs) * 1000:.0f} ms",
        ratio=f"+{median(over) * 1000:.0f} ms ({min(over) * 1000:.0f}–{max(over) * 1000:.0f})",
        target="≤ +150 ms",
    )
    equal, tensors = _equal_tensors(place)
    yield Row(
        what="the same: tensors equal bit for bit",
        ours=f"{equal}",
        other=f"plain from_pretrained: {tensors}",
        ratio="–",
        target="all",
    )


def _equal_tensors(place: str) -> tuple[int, int]:
    """How many tensors of the two loads are equal bit for bit, and of how many."""
    import torch
    from transformers import AutoModelForCausalLM

    import yaie

    ours = yaie.load(f"model={place}", "precision=bf16", "device=cpu").model.state_dict()
    plain = AutoModelForCausalLM.from_pretrained(place, dtype="bfloat16", device_map="cpu")
    theirs = plain.state_dict()
    equal = sum(name in ours and torch.equal(ours[name], theirs[name]) for name in theirs)
    return equal, len(theirs)


def _ours(asked: list[str]) -> float:
    """Seconds of every stage but the import: check, comparison of keys, load, tokenizer."""
    stages = json.loads(_output(python(*asked)))["seconds"]
    return float(sum(seconds for stage, seconds in stages.items() if stage != "import"))


def _plain(place: str) -> float:
    return float(_output(python("benchmarks/scripts/timed_load.py", place)))


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
