"""Models that are left to be trained: a real step of training reaches what the receipt says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from yaie.errors import InputError

Load = Callable[..., yaie.Loaded]
TOKENS = torch.tensor([[1, 2, 3, 4, 5]])


def loss_of(model: Any) -> Any:
    """The loss of one backward pass."""
    loss = model(input_ids=TOKENS, labels=TOKENS).loss
    loss.backward()
    return loss


def reached(model: Any) -> set[str]:
    """Parameters that a backward pass has brought a gradient."""
    loss_of(model)
    return {name for name, p in model.named_parameters() if p.grad is not None}


def test_a_step_reaches_every_parameter_where_nothing_is_said() -> None:
    loaded = yaie.load("model=tiny", "weights.mode=train", "precision=fp32")
    assert reached(loaded.model) == {name for name, _ in loaded.model.named_parameters()}
    assert loaded.receipt.trainable == {"": loaded.receipt.parameters}


def test_a_step_reaches_what_is_trainable_and_nothing_else(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights.mode=train", "weights.trainable=[lm_head.*,'*.norm.*']")
    assert reached(loaded.model) == {"lm_head.weight", "model.norm.weight"}
    assert loaded.receipt.trainable == {"model.norm": 32, "lm_head": 4096}
    assert loaded.receipt.trainable_parameters == 4128


def test_a_layer_that_is_trained_alone_is_told_by_its_number(saved_llama: Path, load: Load) -> None:
    words = ("weights.mode=train", "weights.trainable=[model.layers.1.*,model.norm.*]")
    receipt = load(saved_llama, *words).receipt
    assert set(receipt.trainable) == {"model.layers.1", "model.norm"}
    assert sum(receipt.trainable.values()) == receipt.trainable_parameters


def test_a_step_does_not_reach_what_is_frozen(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights.mode=train", "weights.freeze=['model.layers.0.*']")
    names = {name for name, _ in loaded.model.named_parameters()}
    assert reached(loaded.model) == {n for n in names if not n.startswith("model.layers.0.")}


def test_what_is_frozen_is_taken_from_what_is_trainable(load: Load, saved_llama: Path) -> None:
    words = ("weights.trainable=['model.layers.*']", "weights.freeze=['*norm*']")
    loaded = load(saved_llama, "weights.mode=train", *words)
    assert set(loaded.receipt.trainable) == {"model.layers.*.mlp", "model.layers.*.self_attn"}


def test_freezing_a_head_freezes_the_embeddings_that_it_is() -> None:
    loaded = yaie.load("model=tiny", "weights.mode=train", "weights.freeze=[lm_head.*]")
    assert not loaded.model.get_input_embeddings().weight.requires_grad
    assert [p.message for p in loaded.receipt.problems] == [
        "`lm_head.weight` and `model.embed_tokens.weight` are one parameter, so that both are"
        " frozen"
    ]


def test_a_pattern_without_a_parameter_is_refused_before_the_load(
    load: Load, saved_llama: Path
) -> None:
    with pytest.raises(InputError) as refusal:
        load(saved_llama, "weights.freeze=[model.layers.1.self_attn.q.*]")
    assert str(refusal.value) == (
        "weights.freeze: `model.layers.1.self_attn.q.*` matches none of the 21 parameters of"
        " `LlamaForCausalLM`   (override weights.freeze=[model.layers.1.self_attn.q.*])\n"
        "hint: `weights.freeze=['model.layers.1.self_attn.q_proj.*']`"
    )


def test_packed_weights_are_not_trained_and_the_rest_is(load: Load, saved_llama: Path) -> None:
    words = ("quantization=bnb_4bit", "precision=fp32", "device=cpu", "weights.mode=train")
    loaded = load(saved_llama, *words)
    trained = {name for name, p in loaded.model.named_parameters() if p.requires_grad}
    assert reached(loaded.model) == trained
    assert not any("proj" in name for name in trained)


def test_activations_computed_anew_give_the_same_loss_and_gradients(
    load: Load, saved_llama: Path
) -> None:
    kept = load(saved_llama, "weights.mode=train").model
    anew = load(saved_llama, "weights.mode=train", "weights.gradient_checkpointing=true")
    assert anew.receipt.gradient_checkpointing
    assert torch.equal(loss_of(kept), loss_of(anew.model))
    pairs = zip(kept.parameters(), anew.model.parameters(), strict=True)
    assert all(torch.equal(a.grad, b.grad) for a, b in pairs)


def test_activations_are_kept_no_more(load: Load, saved_llama: Path) -> None:
    """Counted by the tensors that the graph saves for the backward pass."""

    def saved_by(model: Any) -> int:
        sizes: list[int] = []

        def noted(tensor: Any) -> Any:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(noted, lambda tensor: tensor):
            model(input_ids=TOKENS, labels=TOKENS)
        return sum(sizes)

    kept = load(saved_llama, "weights.mode=train").model
    anew = load(saved_llama, "weights.mode=train", "weights.gradient_checkpointing=true").model
    assert saved_by(anew) < saved_by(kept) / 2


def test_gradients_arrive_through_frozen_embeddings(load: Load, saved_llama: Path) -> None:
    words = ("weights.gradient_checkpointing=true", "weights.trainable=[model.layers.0.mlp.*]")
    loaded = load(saved_llama, "weights.mode=train", *words)
    assert reached(loaded.model) == {
        f"model.layers.0.mlp.{name}_proj.weight" for name in ("gate", "up", "down")
    }


def test_a_cache_is_made_again_in_eval_mode(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights.mode=train", "weights.gradient_checkpointing=true")
    assert loaded.model.eval()(TOKENS).past_key_values.get_seq_length() == 5
