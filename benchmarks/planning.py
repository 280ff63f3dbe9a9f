"""How long a plan of a giant takes beyond importing transformers, and a grid beyond one plan."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.giants import LLAMA_405B, folder
from benchmarks.processes import in_turn, peak, python
from benchmarks.results import Row

PAIRS = 3
GRID = (
    "precision=bf16,fp16",
    "quantization=none,bnb_8bit,bnb_4bit,quanto,torchao",
    "device=auto,balanced,sequential,cuda:0,cpu",
)
"""Fifty cells."""
IMPORT = "import transformers; transformers.{}"


def rows() -> Iterator[Row]:
    """Plans of 405 and 671 billion weights by their headers, and `fit` over fifty cells."""
    for name, model_type, shape, model_class in (
        ("Llama 405B", "llama", LLAMA_405B, "LlamaForCausalLM"),
        ("DeepSeek-V3 671B", "deepseek_v3", {}, "DeepseekV3ForCausalLM"),
    ):
        yield _plan(name, str(folder(model_type, shape)), model_class)
    yield _grid(str(folder("llama", LLAMA_405B)))


def _plan(name: str, model: str, model_class: str) -> Row:
    words = [f"model={model}", "processor=none", "device=auto", "--host", "16xh200"]
    command = python("-m", "yaie", "plan", *words, "--context", "8192")
    timed = in_turn(python("-c", IMPORT.format(model_class)), command, PAIRS)
    return Row(
        what=f"`yaie plan`, {name}, 8,192 tokens, whole process",
        ours=f"{timed.second:.2f} s, {peak(command) / 1e6:.0f} MB",
        other=f"importing `{model_class}`: {timed.first:.2f} s",
        ratio=f"{timed.second - timed.first:.2f} s more",
        target="≤ 2 s more, < 1 GB",
    )


def _grid(model: str) -> Row:
    words = [f"model={model}", "processor=none", "attention=auto", "--host", "16xh200"]
    one = python("-m", "yaie", "plan", *words, "device=auto", "--context", "8192")
    fifty = python("-m", "yaie", "fit", *words, *GRID, "--context", "8192")
    timed = in_turn(fifty, one, PAIRS)
    return Row(
        what="`yaie fit`, Llama 405B, 50 cells, whole process",
        ours=f"{timed.first:.2f} s",
        other=f"one `yaie plan`: {timed.second:.2f} s",
        ratio=f"{timed.ratio:.2f}× ({timed.spread[0]:.2f}–{timed.spread[1]:.2f})",
        target="≤ 2×",
    )
