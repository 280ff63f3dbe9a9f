"""What a plan says of an accelerator's memory, against torch's own count of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import yaie
from yaie.facts.gather import gather
from yaie.facts.memory import DeviceMemory, Use
from yaie.planning.memory.forecast import memory_of
from yaie.planning.upstream import quieted

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
CLOSE = 0.05
USE = Use(context=512, batch=2)
PRECISE = "precision=bf16"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights, 1.1 GB in bfloat16, beside which what torch takes is little."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 10}
    folder = tmp_path_factory.mktemp("large-llama")
    config = LlamaConfig(**sizes, num_attention_heads=32, num_key_value_heads=4, dtype="bfloat16")
    LlamaForCausalLM._from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    return folder


def words(checkpoint: Path, *more: str) -> tuple[str, ...]:
    return (f"model={checkpoint}", "processor=none", "device=cuda", *more)


def foreseen(asked: tuple[str, ...]) -> DeviceMemory:
    spec = yaie.compose(*asked).spec
    with quieted():
        return memory_of(spec, gather(spec), USE).devices["cuda:0"]


METHODS = pytest.mark.parametrize(
    "more",
    [
        (PRECISE,),
        ("precision=fp32",),
        (PRECISE, "quantization=bnb_8bit"),
        (PRECISE, "quantization=bnb_4bit"),
        (PRECISE, "quantization=quanto"),
        (PRECISE, "quantization=torchao"),
    ],
    ids=" ".join,
)


@METHODS
def test_weights_take_what_is_foreseen(checkpoint: Path, more: tuple[str, ...]) -> None:
    asked = words(checkpoint, *more)
    told = foreseen(asked)
    before = torch.cuda.memory_allocated()
    loaded = yaie.load(*asked)
    took = torch.cuda.memory_allocated() - before
    assert loaded.model is not None
    assert told.loaded_bytes == pytest.approx(took, rel=CLOSE)


@METHODS
def test_the_peak_of_a_load_is_what_is_foreseen(checkpoint: Path, more: tuple[str, ...]) -> None:
    asked = words(checkpoint, *more)
    told = foreseen(asked)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    loaded = yaie.load(*asked)
    peak = torch.cuda.max_memory_allocated() - before
    assert loaded.model is not None
    assert told.peak_bytes == pytest.approx(peak, rel=CLOSE)


def test_a_forward_pass_takes_what_is_foreseen(checkpoint: Path) -> None:
    asked = words(checkpoint, PRECISE)
    told = foreseen(asked)
    before = torch.cuda.memory_allocated()
    model = yaie.load(*asked).model
    torch.cuda.reset_peak_memory_stats()
    with torch.no_grad():
        ids = torch.ones((USE.batch, USE.context), dtype=torch.long, device="cuda")
        model(input_ids=ids, use_cache=True, logits_to_keep=1)
    peak = torch.cuda.max_memory_allocated() - before
    assert told.in_use_bytes == pytest.approx(peak, rel=CLOSE)
