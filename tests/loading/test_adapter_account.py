"""The receipt of a load with an adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from peft import PeftModel
from transformers import AutoModelForCausalLM

import yaie


@pytest.fixture(scope="module")
def own(saved_llama: Path, saved_lora: Path) -> int:
    """Parameters of the adapter as peft counts them itself."""
    model = AutoModelForCausalLM.from_pretrained(saved_llama)
    wrapped = PeftModel.from_pretrained(model, saved_lora, is_trainable=True)
    return int(wrapped.get_nb_trainable_parameters()[0])


def told(base: Path, *words: str) -> dict[str, Any]:
    loaded = yaie.load(f"model={base}", "processor=none", *words)
    return dict(loaded.receipt.as_json()["adapter"])


@pytest.mark.parametrize("trainable", [True, False])
def test_an_adapter_is_counted_in_the_model(
    saved_llama: Path, saved_lora: Path, own: int, trainable: bool
) -> None:
    named = ("adapter.name=mine", f"adapter.is_trainable={str(trainable).lower()}")
    assert told(saved_llama, f"adapter={saved_lora}", *named) == {
        "id": str(saved_lora),
        "revision": None,
        "name": "mine",
        "type": "LORA",
        "rank": 4,
        "modules": 4,
        "parameters": own,
        "trainable": trainable,
        "merged": False,
    }


def test_one_that_was_merged_is_counted_in_its_file(
    saved_llama: Path, saved_lora: Path, own: int
) -> None:
    held = told(saved_llama, f"adapter={saved_lora}", "adapter.merge=true")
    assert (held["modules"], held["parameters"], held["rank"]) == (4, own, 4)
    assert (held["merged"], held["trainable"]) == (True, False)


def test_a_load_without_one_has_none(saved_llama: Path) -> None:
    assert told(saved_llama) == {}
