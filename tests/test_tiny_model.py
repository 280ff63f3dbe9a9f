"""The model that ships with yaie is small, in bf16, and trained."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

TINY = Path(str(files("yaie") / "tiny"))
CONTEXT = 256
PROMPTS = ["In the beginning", "And the LORD said", "Blessed is the man", "My son,", "The king"]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(TINY)


@pytest.fixture(scope="module")
def model() -> Any:
    return AutoModelForCausalLM.from_pretrained(TINY)


def held_out_loss(model: Any, tokenizer: Any) -> float:
    """Nats a token, over the windows of 256 tokens that heldout.txt fills."""
    text = (TINY / "heldout.txt").read_text(encoding="utf-8")
    windows = tokenizer(
        text, truncation=True, max_length=CONTEXT, return_overflowing_tokens=True
    ).input_ids
    rows = torch.tensor([window for window in windows if len(window) == CONTEXT])
    with torch.no_grad():
        return float(model(input_ids=rows, labels=rows).loss)


def test_the_folder_takes_at_most_three_megabytes() -> None:
    assert sum(file.stat().st_size for file in TINY.iterdir()) <= 3_000_000


def test_every_tensor_is_bf16_and_together_they_are_a_million_parameters() -> None:
    tensors = load_file(TINY / "model.safetensors").values()
    assert {tensor.dtype for tensor in tensors} == {torch.bfloat16}
    assert 700_000 <= sum(tensor.numel() for tensor in tensors) <= 1_500_000


def test_the_files_name_a_llama_of_bf16(model: Any) -> None:
    assert type(model).__name__ == "LlamaForCausalLM"
    assert model.config.architectures == ["LlamaForCausalLM"]
    assert model.dtype == torch.bfloat16


@pytest.mark.parametrize("text", ["In the beginning", " two\n\nlines ", "naïve, 🙂"])
def test_every_text_comes_back_from_its_tokens(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) == text


def test_text_it_never_saw_costs_it_less_than_half_of_what_it_costs_random_weights(
    model: Any, tokenizer: Any
) -> None:
    torch.manual_seed(0)
    random = type(model)(model.config).to(torch.bfloat16)
    assert held_out_loss(model, tokenizer) < held_out_loss(random, tokenizer) / 2


@pytest.mark.parametrize("choice", [{"do_sample": False}, {"do_sample": True, "temperature": 0.7}])
def test_nine_in_ten_of_the_words_it_says_stand_in_its_training_text(
    model: Any, tokenizer: Any, choice: dict[str, Any]
) -> None:
    torch.manual_seed(0)
    inputs = tokenizer(PROMPTS, return_tensors="pt", padding=True)
    ids = model.generate(**inputs, max_new_tokens=100, **choice)[:, inputs.input_ids.shape[1] :]
    texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
    said = [word for text in texts for word in re.findall(r"[a-z']+", text.lower())[:-1]]
    known = set((TINY / "words.txt").read_text(encoding="utf-8").split())
    assert len(said) > 100
    assert sum(word in known for word in said) >= 0.9 * len(said)
