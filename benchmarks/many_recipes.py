"""How many recipes are checked a second, in one process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.processes import python, seconds
from benchmarks.results import Row

COUNT = 1000
RUNS = 5

MODELS = ("llama2", "gpt2", "bert", "qwen3", "tiny", "whisper", "t5", "vit", "mistral", "gemma")
PRECISIONS = ("fp32", "bf16", "fp16", "auto")
ATTENTIONS = ("auto", "eager")
DROPOUTS = range(13)


def rows() -> Iterator[Row]:
    """`check` of a folder of 1,000 different recipes, whole process and without its start."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in zip(range(COUNT), _recipes(), strict=False):
            (Path(folder) / f"{number:04}.yaml").write_text(text)
        one = median(seconds(_check(f"{folder}/0000.yaml")) for _ in range(RUNS))
        took = [_measured(folder) for _ in range(RUNS)]
    rate = COUNT / median(took)
    steady = (COUNT - 1) / (median(took) - one)
    yield Row(
        what=f"`yaie check` of {COUNT:,} recipes, whole process",
        ours=f"{median(took):.2f} s ({min(took):.2f}–{max(took):.2f})",
        other=f"`yaie check` of one recipe: {one:.2f} s",
        ratio=f"{rate:,.0f} a second; {steady:,.0f} a second without the start",
        target="≥ 300 a second",
    )


def _recipes() -> Iterator[str]:
    for model, precision, attention, number in product(MODELS, PRECISIONS, ATTENTIONS, DROPOUTS):
        yield (
            f"model:\n  use: {model}\n"
            f"precision: {precision}\nattention: {attention}\ndevice: cpu\n"
            f"weights: {{use: pretrained, seed: {number}}}\n"
        )


def _check(path: str) -> list[str]:
    return python("-m", "yaie", "check", path)


def _measured(folder: str) -> float:
    start = time.perf_counter()
    seconds(_check(folder))
    return time.perf_counter() - start
