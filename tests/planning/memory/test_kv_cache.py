"""The cache of a generation, foreseen on `meta` and had by a generation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

import yaie
from tools.oracle.checkpoints import tiny
from yaie.facts.gather import gather
from yaie.planning.memory.kv_cache import CACHES, NoCacheError, cache_bytes, kv_cache_bytes
from yaie.planning.memory.structure import structure_of
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


SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "vocab_size": 128}
OWN: dict[str, dict[str, Any]] = {
    "deepseek_v3": {
        "num_hidden_layers": 2,
        "kv_lora_rank": 16,
        "q_lora_rank": 16,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 8,
        "n_routed_experts": 4,
        "num_experts_per_tok": 2,
        "n_group": 1,
        "topk_group": 1,
        "moe_intermediate_size": 16,
    },
    "qwen3_next": {
        "num_hidden_layers": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 16,
        "shared_expert_intermediate_size": 16,
    },
    "jamba": {"num_hidden_layers": 8, "num_key_value_heads": 2, "num_experts": 2},
}
"""Sizes at which a latent cache, and hybrids with layers of both kinds, run."""


@pytest.mark.parametrize("context", [12, 40])
@pytest.mark.parametrize("architecture", list(OWN))
def test_latent_and_hybrid_caches_are_those_of_a_generation(
    architecture: str, context: int, tmp_path: Path
) -> None:
    config = AutoConfig.for_model(architecture, **SMALL, **OWN[architecture])
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    asked = (f"model={tmp_path}", "processor=none", "device=cpu")
    assert foreseen(asked, context) == cache_bytes(generated(asked, context))


def test_the_text_part_of_a_model_of_pictures_keeps_the_cache() -> None:
    text = tiny("blip-2")
    assert foreseen((f"model={text}", "processor=none"), 12) == 2 * BATCH * 2 * 32 * 12 * 4


def test_a_model_that_keeps_nothing_says_so() -> None:
    with pytest.raises(NoCacheError, match="BertForMaskedLM"):
        foreseen(words("bert"), 12)


def test_a_part_that_reads_hidden_states_alone_computes_twice() -> None:
    """A layer keeps nothing of what it makes there; the parts are as they were afterwards."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from yaie.planning.memory.layers import two_of_each_part

    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(**sizes, num_hidden_layers=5, vocab_size=32))
    ran: list[int] = []
    for number, layer in enumerate(model.model.layers):
        layer.mlp.gate_proj.register_forward_hook(lambda *_, n=number: ran.append(n))
    with two_of_each_part(model), torch.no_grad():
        model(torch.ones((1, 4), dtype=torch.long, device="meta"))
    assert ran == [0, 1]
    assert not any("forward" in vars(module) for module in model.modules())
