"""Is each config override a field, of its type, and one that takes hold?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import GPT2, LLAMA, LLAVA, VISION, checkpoint, facts, fields, spec
from yaie.errors import Fault
from yaie.facts.limits import Limits
from yaie.facts.limits_file import limits_of
from yaie.rules.config import layer_types_are_as_many_as_layers
from yaie.rules.judge import judge
from yaie.rules.problems import refused, wrong

MULTIMODAL = facts(
    architecture=LLAVA,
    model_type="llava",
    sub_architectures={"text_config": LLAMA, "vision_config": VISION},
)


def config(**overrides: Any) -> Any:
    return spec(model={"config": overrides})


def test_a_misspelt_field_is_an_input_error_with_the_one_that_was_meant() -> None:
    (problem,) = judge(config(hidden_sizee=3), facts())
    assert problem.fault is Fault.INPUT
    assert problem == wrong(
        "model.config.hidden_sizee",
        "`LlamaConfig` has no field `hidden_sizee`; it has `hidden_size`",
        "`model.config.hidden_size=3`",
    )


def test_a_decoder_is_not_taken_for_an_encoder_with_a_decoder() -> None:
    known = replace(LLAMA, fields={**LLAMA.fields, **fields(is_encoder_decoder="bool")})
    (problem,) = judge(config(is_decoder=True), facts(architecture=known))
    assert (problem.message, problem.hint) == ("`LlamaConfig` has no field `is_decoder`", None)


def test_a_part_that_was_seen_to_be_absent_may_be_null() -> None:
    limits = {"": Limits(absent_parts=("text_config",))}
    assert judge(config(text_config=None), replace(MULTIMODAL, limits=limits)) == ()


def test_transformers_builds_without_a_part_that_may_be_absent() -> None:
    import torch
    from transformers import AutoConfig, AutoModelForDepthEstimation

    known = limits_of("5.23.0", "dpt").absent_parts
    made = AutoConfig.for_model("dpt", backbone_config=None)
    with torch.device("meta"):
        model = AutoModelForDepthEstimation.from_config(made)
    assert known == ("backbone_config",)
    assert model.config.backbone_config is None


def test_an_alias_of_a_field_is_a_field() -> None:
    assert judge(config(hidden_size=768), facts(architecture=GPT2, model_type="gpt2")) == ()


def test_a_settable_property_is_a_field() -> None:
    assert judge(config(output_attentions=True), facts()) == ()


def test_a_field_that_config_json_has_itself_is_a_field() -> None:
    held = checkpoint(config={"model_type": "llama", "of_our_own": 1})
    assert judge(config(of_our_own=2), facts(checkpoint=held)) == ()


def test_a_field_of_a_part_is_proposed_there() -> None:
    assert judge(config(hidden_size=64), MULTIMODAL) == (
        wrong(
            "model.config.hidden_size",
            "`LlavaConfig` has no field `hidden_size`",
            "`model.config.text_config.hidden_size=64`",
        ),
    )


def test_a_field_inside_of_a_part_is_judged_by_the_parts_architecture() -> None:
    assert judge(config(vision_config={"dept": 3}), MULTIMODAL) == (
        wrong(
            "model.config.vision_config.dept",
            "`CLIPVisionConfig` has no field `dept`; it has `depth`",
            "`model.config.vision_config.depth=3`",
        ),
    )


def test_a_part_is_no_number() -> None:
    (problem,) = judge(config(text_config=3), MULTIMODAL)
    assert problem.message == "`3` is no config; `text_config` holds fields"


def test_a_value_of_another_type_is_an_input_error() -> None:
    (problem,) = judge(config(num_attention_heads="many"), facts())
    assert problem == wrong(
        "model.config.num_attention_heads",
        "`many` was given, and `num_attention_heads` is an integer",
    )


def test_a_nested_value_that_will_be_merged_needs_not_be_whole() -> None:
    held = checkpoint(config={"model_type": "llama", "rope_parameters": {"rope_type": "default"}})
    assert judge(config(rope_parameters={"rope_theta": 5.0}), facts(checkpoint=held)) == ()


def test_the_fields_of_a_head_are_said_in_their_group() -> None:
    assert judge(config(num_labels=3), facts()) == (
        wrong(
            "model.config.num_labels",
            "`num_labels` has a place of its own, `task.num_labels`",
            "`task.num_labels=3`",
        ),
    )


@pytest.mark.parametrize("name", ["model_type", "architectures"])
def test_what_a_checkpoint_is_cannot_be_overridden(name: str) -> None:
    (problem,) = judge(config(**{name: "x"}), facts())
    assert problem.message == f"`{name}` says what the checkpoint is and cannot be overridden"


def test_a_field_said_by_two_names_is_an_input_error() -> None:
    gpt2 = facts(architecture=GPT2, model_type="gpt2")
    assert judge(config(n_embd=8, hidden_size=16), gpt2) == (
        wrong(
            "model.config.hidden_size",
            "`n_embd`, `hidden_size` are two names of one field, and say `8` and `16`",
            "`~model.config.hidden_size`",
        ),
    )


LISTED = checkpoint(
    config={"model_type": "llama", "layer_types": ["full_attention", "sliding_attention"]}
)


def test_more_layers_than_config_json_lists_are_refused() -> None:
    asked = config(num_hidden_layers=3)
    (problem,) = layer_types_are_as_many_as_layers(asked, facts(checkpoint=LISTED))
    assert problem == refused(
        "model.config.num_hidden_layers",
        "`3` layers were asked, and `layer_types` of config.json lists 2",
        "`model.config.layer_types=[full_attention,sliding_attention,full_attention]`",
    )


def test_fewer_layers_than_config_json_lists_are_refused_where_a_config_is_built_anew() -> None:
    fewer = {"weights": {"kind": "random"}, "model": {"config": {"num_hidden_layers": 1}}}
    (problem,) = judge(spec(**fewer), facts(checkpoint=LISTED))
    assert problem.hint == "`model.config.layer_types=[full_attention]`"


def test_fewer_layers_than_config_json_lists_go_with_its_list() -> None:
    asked = config(num_hidden_layers=1)
    assert [*layer_types_are_as_many_as_layers(asked, facts(checkpoint=LISTED))] == []


def test_a_number_that_json_lacks_is_an_input_error() -> None:
    assert judge(config(hidden_act="x", rope_parameters={"a": [math.nan]}), facts())[-1] == wrong(
        "model.config.rope_parameters.a.0", "`nan` is no number that a config.json can hold"
    )


def test_a_number_that_is_not_itself_is_said_once() -> None:
    assert judge(config(attention_dropout=math.nan), facts()) == (
        wrong("model.config.attention_dropout", "`nan` is no number that a config.json can hold"),
    )


def test_layers_beyond_counting_take_no_time() -> None:
    many = spec(weights={"kind": "random"}, model={"config": {"num_hidden_layers": 10**30}})
    (problem,) = layer_types_are_as_many_as_layers(many, facts(checkpoint=LISTED))
    assert problem.hint is None
