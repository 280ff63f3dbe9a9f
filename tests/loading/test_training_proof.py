"""A model that is left to be trained otherwise than asked is told, read from the model itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import yaie
from yaie.errors import Fault
from yaie.loading.training_proof import trained_otherwise

Load = Callable[..., yaie.Loaded]
Spoiled = Callable[[Any], Any]

SPOILED: dict[str, tuple[dict[str, Any], Spoiled, str]] = {
    "mode": (
        {"mode": "train"},
        lambda model: model.eval(),
        "weights.mode: asked for `train`, but got `eval`",
    ),
    "freeze": (
        {"freeze": ["lm_head.*"]},
        lambda model: model.lm_head.requires_grad_(True),
        "weights.freeze: not frozen: `lm_head.weight`",
    ),
    "more": (
        {"trainable": ["lm_head.*"]},
        lambda model: model.model.norm.requires_grad_(True),
        "weights.trainable: trained too: `model.norm.weight`",
    ),
    "less": (
        {"trainable": ["lm_head.*"]},
        lambda model: model.lm_head.requires_grad_(False),
        "weights.trainable: not trained: `lm_head.weight`",
    ),
    "anew": (
        {"mode": "train", "gradient_checkpointing": True},
        lambda model: model.activation_checkpointing_disable(),
        "weights.gradient_checkpointing: no layer computes its activations anew",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_not_as_asked_is_told(name: str, load: Load, saved_llama: Path) -> None:
    asked, spoil, message = SPOILED[name]
    words = [f"weights.{field}={str(value).lower()}" for field, value in asked.items()]
    loaded = load(saved_llama, *words)
    spec = yaie.compose(f"model={saved_llama}", *words).spec
    assert [*trained_otherwise(spec, loaded.model, loaded.receipt)] == []
    spoil(loaded.model)
    receipt = replace(
        loaded.receipt,
        training=loaded.model.training,
        gradient_checkpointing=loaded.model.is_activation_checkpointing,
    )
    (problem,) = trained_otherwise(spec, loaded.model, receipt)
    assert (str(problem), problem.fault) == (message, Fault.MISMATCH)
