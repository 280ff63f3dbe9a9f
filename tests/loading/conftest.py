"""Small random checkpoints, made once a session, and a way to load them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import yaie
from tests import push_hub

SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "vocab_size": 128,
}


@pytest.fixture(scope="session")
def saved_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LlamaForCausalLM of two layers, without a tokenizer."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("llama")
    LlamaForCausalLM(LlamaConfig(**SIZES, num_key_value_heads=2)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def saved_classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BertForSequenceClassification with two labels, without a tokenizer."""
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("classifier")
    BertForSequenceClassification(BertConfig(**SIZES)).save_pretrained(folder)
    return folder


@pytest.fixture
def llama(saved_llama: Path, tmp_path: Path) -> Path:
    """A copy of the llama that a test may spoil."""
    return Path(shutil.copytree(saved_llama, tmp_path / "llama"))


@pytest.fixture
def load() -> Callable[..., yaie.Loaded]:
    """Loads a folder's model alone, for these checkpoints have no tokenizer."""

    def loaded(folder: Path, *overrides: str) -> yaie.Loaded:
        return yaie.load(f"model={folder}", "processor=none", *overrides)

    return loaded


@pytest.fixture(scope="session")
def tiny_bert_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BertModel without any head."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert-base")
    BertModel(BertConfig(**SIZES)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def saved_lora(saved_llama: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of the llama's queries and values that changes what it says, and its own head."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("lora")
    torch.manual_seed(0)
    config = LoraConfig(
        r=4, target_modules=["q_proj", "v_proj"], modules_to_save=["lm_head"], lora_dropout=0.1
    )
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(saved_llama), config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[push_hub.PushHub]:
    """A hub that takes what is pushed, and knows this user; files that fetch have their own."""
    with push_hub.running() as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_TOKEN", push_hub.TOKEN)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        yield served
