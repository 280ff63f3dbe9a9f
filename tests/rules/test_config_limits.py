"""Are overrides values of which transformers builds a model? It is asked itself, on `meta`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import yaie
from tests.rules.making import LLAMA, checkpoint, facts, spec
from yaie.errors import Problem
from yaie.facts.limits import FieldLimits, Limits, Refusal, Relation
from yaie.rules.activations import NAMES
from yaie.rules.config_limits import (
    LIFTED_BY,
    items_are_within_their_limits,
    layers_have_a_type_each,
    lists_have_their_length,
    overrides_agree_with_other_fields,
    overrides_are_taken_as_they_are,
    overrides_are_within_their_limits,
    overrides_are_words_that_transformers_knows,
    overrides_build_a_model,
)
from yaie.rules.problems import refused, wrong


def problems(rule: Any, limits: Limits, said: dict[str, Any], **true: Any) -> tuple[Problem, ...]:
    """What a rule says of overrides of a Llama that is built by its name, with these limits."""
    asked = spec(model={"id": None, "known": None, "config": said}, weights={"kind": "meta"})
    return tuple(rule(asked, facts(limits={"": limits}, **true)))


def of(name: str, **limits: Any) -> Limits:
    return Limits(fields={name: FieldLimits(**limits)})


def build(model_type: str, **overrides: Any) -> Any:
    """The causal model of an architecture with two layers, on `meta`."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(model_type, **{"num_hidden_layers": 2, **overrides})
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


def test_a_number_below_the_least_is_an_input_error() -> None:
    limits = of("num_attention_heads", least=1)
    assert problems(overrides_are_within_their_limits, limits, {"num_attention_heads": -1}) == (
        wrong(
            "model.config.num_attention_heads",
            "`-1` was asked, and `num_attention_heads` is at least `1`",
            "`model.config.num_attention_heads=1`",
        ),
    )


def test_a_number_above_the_greatest_is_an_input_error() -> None:
    limits = of("attention_dropout", least=0.0, greatest=1.0)
    assert problems(overrides_are_within_their_limits, limits, {"attention_dropout": 2.0}) == (
        wrong(
            "model.config.attention_dropout",
            "`2.0` was asked, and `attention_dropout` is at most `1.0`",
            "`model.config.attention_dropout=1.0`",
        ),
    )


def test_transformers_builds_nothing_of_a_negative_number() -> None:
    with pytest.raises(RuntimeError, match="negative dimension"):
        build("llama", intermediate_size=-1)


def test_an_unknown_activation_is_an_input_error() -> None:
    limits = of("hidden_act", words=("ACT2FN",))
    (problem,) = problems(
        overrides_are_words_that_transformers_knows, limits, {"hidden_act": "geluu"}
    )
    assert problem.message.startswith("`geluu` was asked, and `hidden_act` is one of `gelu`, ")
    assert problem.hint == "`model.config.hidden_act=gelu`"


def test_transformers_builds_nothing_of_an_unknown_activation() -> None:
    with pytest.raises(KeyError, match="foo"):
        build("llama", hidden_act="foo")


def test_activations_are_those_of_transformers() -> None:
    from transformers.activations import ACT2FN

    assert tuple(ACT2FN) == NAMES


def test_an_activation_behind_a_gate_passes_where_it_was_seen_to_build() -> None:
    words = of("feed_forward_proj", words=("ACT2FN", "gated-ACT2FN"))
    rule = overrides_are_words_that_transformers_knows
    said = {word: problems(rule, words, {"feed_forward_proj": word}) for word in ("gated-gelu",)}
    assert said == {"gated-gelu": ()}
    assert problems(rule, words, {"feed_forward_proj": "gated-foo"})


def test_an_unknown_word_in_a_list_is_an_input_error() -> None:
    limits = of("layer_types", item_words=("full_attention", "sliding_attention"))
    said = {"layer_types": ["full_attention", "sliding_atention"]}
    assert problems(overrides_are_words_that_transformers_knows, limits, said) == (
        wrong(
            "model.config.layer_types",
            "`sliding_atention` was asked, and each of `layer_types` is one of `full_attention`,"
            " `sliding_attention`",
            "`model.config.layer_types=[full_attention,sliding_attention]`",
        ),
    )


def test_layers_without_a_type_each_are_refused() -> None:
    limits = of("layer_types", rises=False, falls=False)
    said = {"layer_types": ["full_attention"] * 3}
    assert problems(layers_have_a_type_each, limits, said) == (
        refused(
            "model.config.layer_types",
            "`layer_types` names the types of 3 layers, and there are 2",
            "`model.config.num_hidden_layers=3`",
        ),
    )


def test_transformers_refuses_another_number_of_types() -> None:
    from huggingface_hub.errors import StrictDataclassClassValidationError

    with pytest.raises(StrictDataclassClassValidationError, match="must be equal to the number"):
        build("qwen3", layer_types=["full_attention"] * 3)


def test_what_does_not_divide_another_field_is_refused_with_the_nearest_that_does() -> None:
    relation = Relation(kind="multiple", left="hidden_size", right="num_attention_heads")
    limits = Limits(relations=(relation,))
    said = {"hidden_size": 65, "num_attention_heads": 4}
    assert problems(overrides_agree_with_other_fields, limits, said) == (
        refused(
            "model.config.hidden_size",
            "`hidden_size` is `65`, and must be a multiple of `num_attention_heads`, which is `4`",
            "`model.config.hidden_size=64`",
        ),
    )


def test_the_other_field_is_read_from_config_json() -> None:
    relation = Relation(kind="at_most", left="num_attention_heads", right="num_hidden_layers")
    held = checkpoint(config={"model_type": "llama", "num_hidden_layers": 2})
    (problem,) = overrides_agree_with_other_fields(
        spec(model={"config": {"num_attention_heads": 3}}),
        facts(checkpoint=held, limits={"": Limits(relations=(relation,))}),
    )
    assert problem.message == (
        "`num_attention_heads` is `3`, and must be at most `num_hidden_layers`, which is `2`"
    )


def test_transformers_refuses_heads_that_do_not_divide_the_width() -> None:
    from huggingface_hub.errors import StrictDataclassClassValidationError

    with pytest.raises(StrictDataclassClassValidationError, match="not a multiple"):
        build("llama", hidden_size=65, num_attention_heads=4)


def test_a_relation_does_not_bind_a_task_whose_class_builds_without_it() -> None:
    relation = Relation(
        kind="multiple", left="hidden_size", right="num_attention_heads", spared=("causal-lm",)
    )
    said = {"hidden_size": 65, "num_attention_heads": 4}
    assert not problems(overrides_agree_with_other_fields, Limits(relations=(relation,)), said)


def test_a_value_that_was_seen_to_build_nothing_is_refused() -> None:
    limits = of("hidden_size", refused=(Refusal(value=0, why="ZeroDivisionError: by zero"),))
    assert problems(overrides_build_a_model, limits, {"hidden_size": 0}) == (
        refused(
            "model.config.hidden_size",
            "`0` was asked, and `LlamaConfig` builds nothing with it: `ZeroDivisionError: by zero`",
        ),
    )


def test_what_other_classes_refuse_may_be_what_this_one_needs() -> None:
    """Reformer's causal model is the one that needs `is_decoder`, and builds by default no more."""
    limits = of("is_decoder", refused=(Refusal(value=True, why="AssertionError: no decoder"),))
    cls = replace(LLAMA.classes["causal-lm"], obstacle="it is no decoder")
    architecture = replace(LLAMA, classes={**LLAMA.classes, "causal-lm": cls})
    asked = {"is_decoder": True}
    assert not problems(overrides_build_a_model, limits, asked, architecture=architecture)


def test_more_layers_go_with_more_types() -> None:
    limits = of("layer_types", rises=False, falls=False)
    held = checkpoint(config={"model_type": "llama", "layer_types": ["a", "a"]})
    said = {"layer_types": ["a"] * 3, "num_hidden_layers": 3}
    asked = spec(model={"config": said}, weights={"kind": "random"})
    true = facts(checkpoint=held, limits={"": limits})
    assert not tuple(lists_have_their_length(asked, true))
    assert not tuple(layers_have_a_type_each(asked, true))


def test_a_value_that_the_config_replaces_is_refused() -> None:
    limits = of("num_attention_heads", unread=(None,))
    assert problems(overrides_are_taken_as_they_are, limits, {"num_attention_heads": None}) == (
        refused(
            "model.config.num_attention_heads",
            "`null` was asked, and `LlamaConfig` puts another value in its place, so that it does"
            " not read back",
            "`~model.config.num_attention_heads`",
        ),
    )


def test_a_value_that_the_config_replaces_holds_where_a_checkpoint_is_read() -> None:
    asked = spec(model={"config": {"num_attention_heads": None}})
    limits = {"": of("num_attention_heads", unread=(None,))}
    assert not tuple(overrides_are_taken_as_they_are(asked, facts(limits=limits)))


def test_transformers_replaces_a_null_number_of_key_and_value_heads() -> None:
    from transformers import AutoConfig

    config = AutoConfig.for_model("llama", num_key_value_heads=None, num_attention_heads=4)
    assert config.num_key_value_heads == 4


def test_a_list_that_goes_with_others_keeps_its_length() -> None:
    limits = of("depths", rises=False, falls=False, shortest=1)
    held = {"architecture": with_default("depths", "list[int]", [2, 2])}
    assert problems(lists_have_their_length, limits, {"depths": [2]}, **held) == (
        refused(
            "model.config.depths",
            "`[2]` was asked, and other fields of `LlamaConfig` go with as many items as `[2, 2]`",
            "`~model.config.depths`",
        ),
    )


def test_a_list_that_needs_an_item_is_not_empty() -> None:
    limits = of("depths", shortest=1)
    assert problems(lists_have_their_length, limits, {"depths": []}) == (
        wrong("model.config.depths", "`[]` was asked, and `depths` has at least one item", None),
    )


def test_a_list_in_the_place_of_a_number_is_refused_where_none_was_seen_to_build() -> None:
    limits = of("hidden_size", lists=False)
    assert problems(lists_have_their_length, limits, {"hidden_size": [1, 2]}) == (
        refused(
            "model.config.hidden_size",
            "`[1, 2]` was asked, and `LlamaConfig` builds nothing with a list for `hidden_size`",
        ),
    )


def test_transformers_reckons_with_a_number_where_the_type_admits_a_list() -> None:
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.for_model("vjepa2", patch_size=[32, 32])
    assert config.patch_size == [32, 32]
    with pytest.raises(TypeError):
        AutoModel.from_config(config)


def test_what_asks_of_layers_asks_nothing_where_there_are_none() -> None:
    relation = Relation(kind="multiple", left="hidden_size", right="num_attention_heads")
    said = {"hidden_size": 65, "num_attention_heads": 4, "num_hidden_layers": 0}
    assert not problems(overrides_agree_with_other_fields, Limits(relations=(relation,)), said)


def test_transformers_builds_any_width_of_no_layers() -> None:
    assert build("olmoe", num_hidden_layers=0, hidden_size=1).config.hidden_size == 1


def test_a_value_that_reads_back_where_others_do_not_passes() -> None:
    limits = of("num_hidden_layers", given=False, kept=(0,))
    rule = overrides_are_taken_as_they_are
    assert not problems(rule, limits, {"num_hidden_layers": 0})


def test_a_refusal_does_not_bind_a_task_whose_class_builds_with_the_value() -> None:
    said = Refusal(value=True, why="ValueError: no adapters", spared=("causal-lm",))
    limits = of("tie_word_embeddings", refused=(said,))
    assert not problems(overrides_build_a_model, limits, {"tie_word_embeddings": True})


def test_a_number_in_a_list_has_limits_too() -> None:
    limits = of("depths", item_least=0)
    assert problems(items_are_within_their_limits, limits, {"depths": [1, -1]}) == (
        wrong("model.config.depths", "`-1` was asked, and each of `depths` is at least `0`"),
    )


def with_default(name: str, type_: str, default: Any) -> Any:
    from yaie.facts.architecture import FieldFacts

    field = FieldFacts(type=type_, default=default)
    return replace(LLAMA, fields={**LLAMA.fields, name: field})


def test_a_switch_that_another_lets_be_passes() -> None:
    bert = ("model=architecture", "model.architecture=bert", "weights=meta")
    path = "model.config.add_cross_attention=true"
    (alone,) = yaie.check(*bert, path)
    assert (
        alone.hint == "`model.config.is_decoder=true`, or `model.config.add_cross_attention=false`"
    )
    assert yaie.check(*bert, path, "model.config.is_decoder=true") == ()


@pytest.mark.parametrize(
    ("model_type", "name", "other"),
    [
        ("bert", "add_cross_attention", "is_decoder"),
        ("gpt_bigcode", "add_cross_attention", "multi_query"),
        ("wav2vec2-bert", "use_intermediate_ffn_before_adapter", "add_adapter"),
        ("fastspeech2_conformer", "use_weighted_masking", "use_masking"),
    ],
)
def test_transformers_lets_a_switch_be_with_another(model_type: str, name: str, other: str) -> None:
    import torch
    from huggingface_hub.errors import StrictDataclassClassValidationError
    from transformers import AutoConfig, AutoModel

    def built(**switches: bool) -> None:
        with torch.device("meta"):
            AutoModel.from_config(AutoConfig.for_model(model_type, **switches))

    refusals = (
        AssertionError,
        NotImplementedError,
        ValueError,
        StrictDataclassClassValidationError,
    )
    built(**{name: True, other: LIFTED_BY[name][other]})
    with pytest.raises(refusals):
        built(**{name: True})


WAV2VEC2 = ("model=architecture", "model.architecture=wav2vec2", "weights=meta")
TWO_OF_THREE = ("model.config.conv_dim=[512,512]", "model.config.conv_stride=[5,2]")


def test_lists_that_go_together_have_one_length() -> None:
    problems = yaie.check(*WAV2VEC2, *TWO_OF_THREE)
    assert [problem.message for problem in problems] == [
        "`conv_dim` has 2 items, and so must `conv_kernel` of `Wav2Vec2Config`",
        "`conv_stride` has 2 items, and so must `conv_kernel` of `Wav2Vec2Config`",
    ]
    assert yaie.check(*WAV2VEC2, *TWO_OF_THREE, "model.config.conv_kernel=[10,3]") == ()


def test_transformers_builds_nothing_of_lists_of_two_lengths() -> None:
    from huggingface_hub.errors import StrictDataclassClassValidationError
    from transformers import Wav2Vec2Config

    Wav2Vec2Config(conv_dim=[512, 512], conv_stride=[5, 2], conv_kernel=[10, 3])
    with pytest.raises(StrictDataclassClassValidationError):
        Wav2Vec2Config(conv_dim=[512, 512], conv_stride=[5, 2])


def test_a_list_of_types_of_which_nothing_was_refused_may_be_of_any_length() -> None:
    limits = {"": Limits(fields={"hidden_size": FieldLimits(least=1)})}
    asked = spec(
        model={"id": None, "known": None, "config": {"mlp_layer_types": ["sparse"] * 3}},
        weights={"kind": "meta"},
    )
    true = facts(
        architecture=with_default("mlp_layer_types", "list[str] | None", None), limits=limits
    )
    assert not tuple(layers_have_a_type_each(asked, true))
