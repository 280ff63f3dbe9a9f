"""Do counts go together? What happens where they do not is seen of a model that runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import yaie
from tests.rules.making import LLAMA, checkpoint, facts, fields, spec
from yaie.errors import Problem
from yaie.rules.config_counts import (
    experts_chosen_are_there,
    groups_divide_the_experts,
    key_value_heads_divide_the_heads,
    layers_can_be_made,
    padding_is_a_token,
    sizes_can_be_counted,
    what_is_dropped_is_a_probability,
)
from yaie.rules.problems import refused

COUNTED = replace(
    LLAMA,
    fields={
        **LLAMA.fields,
        **fields(num_key_value_heads="int", vocab_size="int", pad_token_id="int | None"),
        **fields(num_experts_per_tok="int", num_local_experts="int"),
        **fields(
            attention_dropout="float | int", n_routed_experts="int", n_group="int", topk_group="int"
        ),
    },
)


def problems(rule: Any, **said: Any) -> tuple[Problem, ...]:
    asked = spec(model={"id": None, "known": None, "config": said}, weights={"kind": "meta"})
    return tuple(rule(asked, facts(architecture=COUNTED)))


def run(model_type: str, **overrides: Any) -> None:
    """One forward pass of a small model."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    small = {"hidden_size": 32, "intermediate_size": 32, "vocab_size": 64, "num_hidden_layers": 1}
    config = AutoConfig.for_model(model_type, **{**small, "num_attention_heads": 4, **overrides})
    AutoModelForCausalLM.from_config(config)(input_ids=torch.ones((1, 3), dtype=torch.long))


def test_heads_that_share_keys_unevenly_are_refused_with_the_nearest_number() -> None:
    found = problems(
        key_value_heads_divide_the_heads, num_key_value_heads=5, num_attention_heads=32
    )
    assert found == (
        refused(
            "model.config.num_key_value_heads",
            "32 heads share 5 of keys and values, and cannot share them evenly",
            "`model.config.num_key_value_heads=4`",
        ),
    )


def test_heads_that_share_keys_evenly_pass() -> None:
    rule = key_value_heads_divide_the_heads
    assert problems(rule, num_key_value_heads=4, num_attention_heads=32) == ()


@pytest.mark.parametrize("heads", [-1, 0])
def test_heads_that_are_none_are_for_another_rule_to_tell(heads: int) -> None:
    rule = key_value_heads_divide_the_heads
    assert problems(rule, num_key_value_heads=4, num_attention_heads=heads) == ()


def test_transformers_fails_as_it_runs_heads_that_share_keys_unevenly() -> None:
    with pytest.raises(RuntimeError, match="must match the size"):
        run("llama", num_key_value_heads=3, head_dim=8)


def test_more_experts_chosen_than_there_are_is_refused() -> None:
    found = problems(experts_chosen_are_there, num_experts_per_tok=99, num_local_experts=8)
    assert found == (
        refused(
            "model.config.num_experts_per_tok",
            "a token goes to `99` experts, and there are `8`",
            "`model.config.num_experts_per_tok=8`",
        ),
    )


def test_transformers_fails_as_it_chooses_more_experts_than_there_are() -> None:
    with pytest.raises(RuntimeError, match="out of range"):
        run("mixtral", num_key_value_heads=2, num_local_experts=2, num_experts_per_tok=3)


def test_a_padding_token_without_an_embedding_is_refused() -> None:
    assert problems(padding_is_a_token, pad_token_id=64, vocab_size=64) == (
        refused(
            "model.config.pad_token_id",
            "`pad_token_id` is `64`, and the last of 64 tokens is `63`",
            "`model.config.pad_token_id=63`",
        ),
    )


def test_transformers_builds_no_embedding_for_a_padding_token_beyond_it() -> None:
    with pytest.raises(AssertionError, match="Padding_idx"):
        run("llama", pad_token_id=64)


def test_more_layers_than_can_be_made_are_refused() -> None:
    assert problems(layers_can_be_made, num_hidden_layers=10**9) == (
        refused(
            "model.config.num_hidden_layers",
            "`1000000000` layers were asked by `num_hidden_layers`, and more than 10,000 take"
            " transformers longer than anyone waits to make, one by one",
            "`~model.config.num_hidden_layers`",
        ),
    )


def test_more_layers_of_a_config_json_than_can_be_made_are_refused() -> None:
    held = checkpoint(config={"model_type": "llava", "text_config": {"num_hidden_layers": 10**9}})
    (problem,) = layers_can_be_made(spec(), facts(checkpoint=held))
    assert (problem.path, problem.hint) == ("model.id", None)


def test_as_many_layers_as_the_deepest_models_have_pass() -> None:
    assert problems(layers_can_be_made, num_hidden_layers=1000) == ()


@pytest.mark.parametrize("value", [2**62, 10**20])
def test_sizes_beyond_counting_are_refused(value: int) -> None:
    assert problems(sizes_can_be_counted, hidden_size=value) == (
        refused(
            "model.config.hidden_size",
            f"`{value}` was asked for `hidden_size`, and torch cannot count so far",
            "`~model.config.hidden_size`",
        ),
    )


@pytest.mark.parametrize("value", [2**62, 10**20])
def test_transformers_builds_nothing_of_a_size_beyond_counting(value: int) -> None:
    import torch
    from transformers import BertConfig, BertModel

    with torch.device("meta"), pytest.raises((RuntimeError, TypeError), match=r"[Oo]verflow"):
        BertModel(BertConfig(vocab_size=value, num_hidden_layers=1))


def test_groups_that_share_the_experts_unevenly_are_refused() -> None:
    assert problems(groups_divide_the_experts, n_routed_experts=16, n_group=3) == (
        refused(
            "model.config.n_group",
            "`3` groups share `16` experts, and cannot share them evenly",
            "`model.config.n_group=2`",
        ),
    )


def test_more_groups_chosen_than_there_are_is_refused() -> None:
    assert problems(groups_divide_the_experts, n_group=2, topk_group=4) == (
        refused(
            "model.config.topk_group",
            "experts are chosen among those of `4` groups, and there are `2`",
            "`model.config.topk_group=2`",
        ),
    )


DEEPSEEK = {
    **dict.fromkeys(("q_lora_rank", "kv_lora_rank", "n_routed_experts"), 16),
    **dict.fromkeys(("qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"), 8),
    "moe_intermediate_size": 16,
    "first_k_dense_replace": 0,
    "num_experts_per_tok": 2,
}


@pytest.mark.parametrize(
    "groups", [{"n_group": 3, "topk_group": 2}, {"n_group": 2, "topk_group": 4}]
)
def test_a_model_of_such_groups_does_not_run(groups: dict[str, int]) -> None:
    with pytest.raises(RuntimeError):
        run("deepseek_v3", **DEEPSEEK, **groups)


def test_experts_by_a_name_that_their_class_maps_to_another_are_counted() -> None:
    qwen = ("model=architecture", "model.architecture=qwen3_moe", "weights=meta")
    said = ("model.config.num_experts=4", "model.config.num_experts_per_tok=8")
    (problem,) = yaie.check(*qwen, *said)
    assert problem.message == "a token goes to `8` experts, and there are `4`"


@pytest.mark.parametrize("value", [1.5, -0.1, 2])
def test_a_dropout_that_is_no_probability_is_refused(value: float) -> None:
    assert problems(what_is_dropped_is_a_probability, attention_dropout=value) == (
        refused(
            "model.config.attention_dropout",
            f"`{value}` was asked, and `attention_dropout` is from `0.0` to `1.0`",
            "`model.config.attention_dropout=0.1`",
        ),
    )


@pytest.mark.parametrize("value", [0, 0.1, 1.0])
def test_a_dropout_from_nothing_to_all_passes(value: float) -> None:
    assert problems(what_is_dropped_is_a_probability, attention_dropout=value) == ()


def test_a_model_does_not_train_with_a_dropout_that_is_no_probability() -> None:
    import torch
    from transformers import LlamaConfig, LlamaModel

    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 8}
    model = LlamaModel(LlamaConfig(**sizes, attention_dropout=1.5)).train()
    with pytest.raises((RuntimeError, ValueError)):
        model(torch.tensor([[1, 2]]))
