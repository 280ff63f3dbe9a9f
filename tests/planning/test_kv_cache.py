"""The cache of a generation, foreseen on `meta` and had by a generation."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import yaie
from tools.oracle.checkpoints import tiny
from yaie.facts.gather import gather
from yaie.planning.kv_cache import CACHES, NoCacheError, cache_bytes, kv_cache_bytes
from yaie.planning.structure import structure_of
from yaie.planning.upstream import quieted

BATCH = 2
WINDOW = "model.config.sliding_window=8"


def words(architecture: str, *more: str) -> tuple[str, ...]:
    return (f"model={tiny(architecture)}", "processor=none", "device=cpu", *more)


def foreseen(asked: tuple[str, ...], context: int) -> int:
    composition = yaie.compose(*asked)
    with quieted():
        model = structure_of(composition.spec, gather(composition.spec)).model
        return kv_cache_bytes(model, context=context, batch=BATCH)


def generated(asked: tuple[str, ...], context: int) -> Any:
    """The cache of as many tokens, half of them read and half of them made."""
    model = yaie.load(*asked).model
    # The last token that is made is not read again.
    new = context - context // 2 + 1
    with quieted(), torch.no_grad():
        made = model.generate(
            torch.full((BATCH, context // 2), 3),
            attention_mask=torch.ones((BATCH, context // 2), dtype=torch.long),
            max_new_tokens=new,
            min_new_tokens=new,
            do_sample=False,
            return_dict_in_generate=True,
        )
    return next(made[name] for name in CACHES if made.get(name) is not None)


@pytest.mark.parametrize("context", [12, 40])
@pytest.mark.parametrize(
    ("architecture", "more"),
    [
        ("llama", ("precision=bf16",)),
        ("gpt2", ()),
        ("mistral", (WINDOW,)),
        ("gemma3_text", (WINDOW,)),
        ("mixtral", ()),
        ("bert-generation", ()),
        ("falcon_h1", ()),
        ("rwkv", ()),
        ("mamba", ()),
    ],
)
def test_the_cache_is_that_of_a_generation(
    architecture: str, more: tuple[str, ...], context: int
) -> None:
    asked = words(architecture, *more)
    assert foreseen(asked, context) == cache_bytes(generated(asked, context))


def test_the_text_part_of_a_model_of_pictures_keeps_the_cache() -> None:
    text = tiny("blip-2")
    assert foreseen((f"model={text}", "processor=none"), 12) == 2 * BATCH * 2 * 32 * 12 * 4


def test_a_model_that_keeps_nothing_says_so() -> None:
    with pytest.raises(NoCacheError, match="BertForMaskedLM"):
        foreseen(words("bert"), 12)
