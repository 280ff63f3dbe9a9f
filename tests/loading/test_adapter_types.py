"""Every type of adapter that peft has: those of the table give the numbers that peft gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel, get_peft_model, inject_adapter_in_model
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING
from transformers import AutoModelForCausalLM

import yaie
from yaie.errors import UnsupportedError
from yaie.facts.adapter import INJECTED

Load = Callable[..., yaie.Loaded]
TOKENS = torch.tensor([[1, 2, 3, 4, 5]])
SIZES: dict[str, dict[str, Any]] = {
    "C3A": {"block_size": 8},
    "FOURIERFT": {"n_frequency": 32},
    "IA3": {"target_modules": ["k_proj", "down_proj"], "feedforward_modules": ["down_proj"]},
    "LN_TUNING": {"target_modules": ["input_layernorm"]},
    "MISS": {"r": 4},
    "OFT": {"oft_block_size": 8},
    "ROAD": {"group_size": 8},
    "TRAINABLE_TOKENS": {"target_modules": ["embed_tokens"], "token_indices": [1, 2]},
    "WAVEFT": {"n_frequency": 32},
}
"""What the defaults of a type are too large for, in a model of width 32."""
KINDS: dict[str, dict[str, Any]] = {
    "DoRA": {"use_dora": True},
    "rsLoRA": {"use_rslora": True},
    "PiSSA": {"init_lora_weights": "pissa"},
    "ranks": {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"v_proj": 3}},
    "tokens": {"trainable_token_indices": [1, 2]},
    "embeddings": {"target_modules": ["q_proj", "embed_tokens"]},
    "every layer": {"target_modules": "all-linear"},
}
"""LoRA's own ways."""
OUTSIDE = {
    "ADALORA": "once trained, its ranks differ from those that it is injected with",
    "ADAMSS": "asks for scikit-learn",
    "BEFT": "its merge is a ValueError where layers have no bias",
    "BOFT": "cannot be built on `meta`",
    "CPT": "a prompt",
    "OSF": "decomposes the model's own weights, which `meta` does not foresee",
    "POLY": "asks for task_ids with each call",
    "PSOFT": "decomposes the model's own weights, which `meta` does not foresee",
    "RANDLORA": "two tensors of its file are read by nothing",
    "SHIRA": "cannot be built on `meta`",
    "XLORA": "brings further adapters",
}
"""Types that are not in the table though peft may inject them, and why."""


def made(name: str, base: Path, folder: Path, **more: Any) -> Path:
    """An adapter of a type with numbers of its own, saved by peft."""
    kind = next(c for t, c in PEFT_TYPE_TO_CONFIG_MAPPING.items() if t.value == name)
    config = kind(**{"target_modules": ["q_proj", "v_proj"], **SIZES.get(name, {}), **more})
    torch.manual_seed(1)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data.add_(0.05 * torch.randn(parameter.shape))
    model.save_pretrained(folder)
    return folder


def logits(model: Any) -> Any:
    with torch.no_grad():
        return model.eval()(TOKENS).logits


def by_peft(base: Path, adapter: Path) -> Any:
    return logits(PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter))


@pytest.mark.filterwarnings("ignore:Unsupported layer type")
@pytest.mark.parametrize("name", sorted(INJECTED))
def test_an_adapter_of_the_table_gives_the_numbers_that_peft_gives(
    load: Load, saved_llama: Path, tmp_path: Path, name: str
) -> None:
    adapter = made(name, saved_llama, tmp_path / "adapter")
    loaded = load(saved_llama, f"adapter={adapter}")
    wanted = by_peft(saved_llama, adapter)
    assert not torch.equal(wanted, logits(AutoModelForCausalLM.from_pretrained(saved_llama)))
    assert torch.equal(logits(loaded.model), wanted)
    assert not [p for p in loaded.receipt.problems if "predicted" in p.message]


@pytest.mark.filterwarnings("ignore:Setting `save_embedding_layers`")
@pytest.mark.parametrize("kind", KINDS)
def test_each_way_of_lora_gives_the_numbers_that_peft_gives(
    load: Load, saved_llama: Path, tmp_path: Path, kind: str
) -> None:
    adapter = made("LORA", saved_llama, tmp_path / "adapter", **KINDS[kind])
    loaded = load(saved_llama, f"adapter={adapter}", "adapter.is_trainable=true")
    assert torch.equal(logits(loaded.model), by_peft(saved_llama, adapter))
    assert loaded.receipt.problems == ()


def test_transformers_alone_loses_what_dora_has_learned(saved_llama: Path, tmp_path: Path) -> None:
    adapter = made("LORA", saved_llama, tmp_path / "adapter", use_dora=True)
    model = AutoModelForCausalLM.from_pretrained(saved_llama)
    lost = model.load_adapter(adapter).missing_keys
    assert len(lost) == 4
    assert not torch.equal(logits(model), by_peft(saved_llama, adapter))


@pytest.mark.parametrize(
    "name", sorted({t.value for t in PEFT_TYPE_TO_CONFIG_MAPPING} - INJECTED - set(OUTSIDE))
)
def test_no_other_type_is_injected_by_peft(name: str) -> None:
    kind = next(c for t, c in PEFT_TYPE_TO_CONFIG_MAPPING.items() if t.value == name)
    with pytest.raises(ValueError, match=r"does not support"):
        inject_adapter_in_model(kind(), torch.nn.Linear(2, 2))


def test_a_type_without_a_merge_is_refused_before_the_load(
    load: Load, saved_llama: Path, tmp_path: Path
) -> None:
    adapter = made("LILY", saved_llama, tmp_path / "adapter")
    with pytest.raises(UnsupportedError) as raised:
        load(saved_llama, f"adapter={adapter}", "adapter.merge=true")
    assert [problem.message for problem in raised.value.problems] == [
        "peft adds no adapter of the type `LILY` to the weights"
    ]
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(saved_llama), adapter)
    with pytest.raises(NotImplementedError):
        model.merge_and_unload()
