"""Tiny checkpoints, made once, to ask transformers itself what it does with them."""

from __future__ import annotations

from pathlib import Path

import pytest

SIZES = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "vocab_size": 64,
}


def _save(folder: Path, model_type: str) -> str:
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(model_type, **SIZES, head_dim=8)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A causal Llama of two layers, in safetensors."""
    return _save(tmp_path_factory.mktemp("llama"), "llama")


@pytest.fixture(scope="session")
def qwen3(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A causal Qwen3 of two layers, whose config.json lists the type of each."""
    return _save(tmp_path_factory.mktemp("qwen3"), "qwen3")


@pytest.fixture(scope="session")
def pickled(llama: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Llama with its weights in a `.bin` file."""
    import torch
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("pickled")
    model = AutoModelForCausalLM.from_pretrained(llama)
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return str(folder)


@pytest.fixture(scope="session")
def quantised(llama: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Llama in four bits."""
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    folder = tmp_path_factory.mktemp("quantised")
    config = BitsAndBytesConfig(load_in_4bit=True)
    AutoModelForCausalLM.from_pretrained(llama, quantization_config=config).save_pretrained(folder)
    return str(folder)
