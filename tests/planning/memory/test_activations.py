"""Activations are estimated by short passes through two layers of a kind, and agree with whole
passes."""

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

from yaie.facts.memory import Use
from yaie.planning.memory.activations import activation_bytes, most_alive
from yaie.planning.memory.forward import NoForwardError, forward
from yaie.planning.memory.meta_modes import unpadded

CONTEXT = 1024


def on_meta(model_type: str, **changes: Any) -> Any:
    config = AutoConfig.for_model(model_type, num_hidden_layers=4, **changes)
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()


def whole_pass(model: Any) -> int:
    def run() -> Any:
        ids = torch.ones((1, CONTEXT), dtype=torch.long, device="meta")
        return model(input_ids=ids, use_cache=False, logits_to_keep=1)

    with unpadded():
        return most_alive(run)


@pytest.mark.parametrize("model_type", ["llama", "gemma2", "phi3", "qwen3"])
def test_an_estimate_is_what_a_whole_pass_keeps_alive(model_type: str) -> None:
    model = on_meta(model_type)
    assert activation_bytes(forward(model, batch=1).run, CONTEXT) == whole_pass(model)


def test_attention_that_keeps_all_positions_by_all_counts_them() -> None:
    eager, fused = on_meta("llama", attn_implementation="eager"), on_meta("llama")
    by_kind = [activation_bytes(forward(m, batch=1).run, CONTEXT) for m in (eager, fused)]
    scores = 32 * CONTEXT**2 * torch.bfloat16.itemsize
    assert by_kind[0] - by_kind[1] > scores


def test_the_bytes_of_a_pass_are_those_of_what_it_makes_and_not_of_weights() -> None:
    weight = torch.empty((64, 8), device="meta")
    given = torch.empty((2, 8), device="meta")
    assert most_alive(lambda: given @ weight.T) == 2 * 64 * 4


def test_layers_are_as_they_were_after_a_pass() -> None:
    model = on_meta("llama")
    forward(model, batch=1).run(8)
    assert all("forward" not in vars(layer) for layer in model.model.layers)


def test_a_pass_of_images_is_told_by_their_size() -> None:
    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model("vit"))
    passing = forward(model, batch=3)
    assert passing.basis(Use(context=8, batch=3)) == (
        "a forward pass on `meta` of images of 224 × 224, batch 3"
    )


def test_a_model_of_whose_input_nothing_is_known_makes_no_pass() -> None:
    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model("patchtst"))
    with pytest.raises(NoForwardError, match="reads `past_values` of any size"):
        forward(model, batch=1)
