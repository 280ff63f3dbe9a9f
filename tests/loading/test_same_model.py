"""What `code` prints and what `load` does are one model, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from yaie.planning.python import program

TEXT = "In the beginning"


def both(*words: str) -> tuple[yaie.Loaded, dict[str, Any]]:
    """The model as `load` brings it, and what the printed program leaves behind."""
    namespace: dict[str, Any] = {}
    exec(compile(program(yaie.plan(*words)), "program.py", "exec"), namespace)
    return yaie.load(*words), namespace


def equal(ours: Any, printed: Any) -> bool:
    """Whether two tensors hold the same; a packed one holds others."""
    if not hasattr(ours, "__tensor_flatten__"):
        return torch.equal(ours, printed)
    names, _ = ours.__tensor_flatten__()
    return all(equal(getattr(ours, name), getattr(printed, name)) for name in names)


def assert_same(loaded: yaie.Loaded, namespace: dict[str, Any], text: str = TEXT) -> None:
    ours, printed = loaded.model.state_dict(), namespace["model"].state_dict()
    assert ours.keys() == printed.keys()
    assert all(equal(ours[name], printed[name]) for name in ours)
    assert loaded.model.training == namespace["model"].training
    inputs = loaded.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        first = loaded.model(**inputs)[0]
        second = namespace["model"](**inputs)[0]
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    "words",
    [
        ("precision=fp32", "device=cpu"),
        ("precision=bf16", "attention=eager", "device=none"),
        ("weights=random", "model.config.num_hidden_layers=2", "weights.seed=5"),
        ("task=sequence-classification", "task.num_labels=7", "precision=fp32"),
        ("model.config.attention_dropout=0.1", "weights.mode=eval"),
        ("quantization=bnb_8bit", "device=cpu", "precision=fp32"),
        ("quantization=bnb_4bit", "device=cpu", "precision=bf16"),
        ("quantization=quanto", "device=cpu"),
        ("quantization=quanto", "quantization.weights=float8", "device=cpu", "precision=fp32"),
        ("quantization=torchao", "device=cpu"),
        (
            *("quantization=torchao", "quantization.quant_type=IntxWeightOnlyConfig"),
            "quantization.quant_type_kwargs={weight_dtype:int4,granularity:{PerGroup:{group_size:32}}}",
        ),
    ],
    ids=" ".join,
)
def test_tiny_is_the_same_model(words: tuple[str, ...]) -> None:
    assert_same(*both(*words))


@pytest.mark.real_models
def test_minilm_is_the_same_encoder(minilm: Path) -> None:
    assert_same(*both(f"model={minilm}", "precision=fp32"))


@pytest.mark.real_models
def test_smollm2_out_of_gguf_is_the_same_model_and_knows_paris(smollm2: Path) -> None:
    file = next(smollm2.glob("*.gguf")).name
    loaded, namespace = both(f"model={smollm2}", f"model.gguf_file={file}", "device=cpu")
    assert_same(loaded, namespace, "The capital of France is")
    assert "Paris" in loaded.answer("What is the capital of France?").text
