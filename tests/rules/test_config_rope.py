"""Are rotary parameters said where transformers reads them, and all that it needs?"""

from __future__ import annotations

from typing import Any

import pytest

import yaie
from tests.rules.making import checkpoint, facts, spec
from yaie.errors import Problem
from yaie.facts.limits import FieldLimits, Limits
from yaie.rules.config_rope import (
    rope_factors_are_as_many_as_frequencies,
    rope_keys_are_read,
    rope_numbers_stretch,
    rope_parameters_are_for_each_type_of_layer,
    rope_parameters_are_for_every_type_of_layer,
    rope_parameters_have_what_their_type_needs,
    rope_type_is_one_that_builds,
    rope_type_is_said_by_its_name,
)
from yaie.rules.judge import judge
from yaie.rules.problems import refused, wrong

ROPE = "`rope_theta` is part of `rope_parameters` since transformers 5, and ignored beside it"
BUILT = Limits(rope_default={"rope_type": "default", "rope_theta": 10000.0})


def config(**overrides: Any) -> Any:
    return spec(model={"config": overrides})


def built(**rope: Any) -> Any:
    """Rotary parameters of a Llama that is built by its name."""
    model = {"id": None, "known": None, "config": {"rope_parameters": rope}}
    return spec(model=model, weights={"kind": "meta"})


def problems(rule: Any, asked: Any, **limits: Any) -> tuple[Problem, ...]:
    return tuple(rule(asked, facts(limits={"": Limits(**limits)})))


def test_a_former_rope_field_names_todays() -> None:
    held = checkpoint(config={"model_type": "llama", "rope_parameters": {"rope_type": "default"}})
    assert judge(config(rope_theta=5.0), facts(checkpoint=held)) == (
        wrong("model.config.rope_theta", ROPE, "`model.config.rope_parameters.rope_theta=5.0`"),
    )


def test_a_former_rope_field_names_the_rest_where_there_is_none_to_merge_with() -> None:
    assert judge(config(rope_theta=5.0), facts()) == (
        wrong(
            "model.config.rope_theta",
            ROPE,
            "`model.config.rope_parameters.rope_theta=5.0"
            " model.config.rope_parameters.rope_type=default`",
        ),
    )


def test_rope_parameters_are_whole_where_there_are_none_to_merge_with() -> None:
    assert judge(config(rope_parameters={"rope_theta": 5.0}), facts()) == (
        refused(
            "model.config.rope_parameters",
            "config.json has no `rope_parameters` to merge with, so the override must say"
            " `rope_type` too",
            "`model.config.rope_parameters.rope_type=default`",
        ),
    )


def test_rope_parameters_are_merged_with_what_config_json_says_in_a_former_spelling() -> None:
    old = checkpoint(config={"model_type": "llama", "rope_theta": 1e4})
    true = facts(checkpoint=old, limits={"": BUILT})
    assert judge(config(rope_parameters={"rope_theta": 5.0}), true) == ()


def test_a_kind_of_embedding_that_does_not_build_is_an_input_error() -> None:
    asked = built(rope_type="linaer")
    assert problems(rope_type_is_one_that_builds, asked, rope_types=("default", "linear")) == (
        wrong(
            "model.config.rope_parameters.rope_type",
            "`linaer` was asked, and `rope_type` of `LlamaConfig` is one of `default`, `linear`",
            "`model.config.rope_parameters.rope_type=linear`",
        ),
    )


def test_a_kind_of_embedding_has_what_it_needs() -> None:
    assert problems(rope_parameters_have_what_their_type_needs, built(rope_type="linear")) == (
        refused(
            "model.config.rope_parameters",
            "`rope_type` is `linear`, which needs `factor` too",
            "`model.config.rope_parameters.factor=2.0`",
        ),
    )


def test_parameters_for_each_type_of_layer_say_whose_they_are() -> None:
    default = {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}}
    asked = problems(
        rope_parameters_are_for_each_type_of_layer,
        built(rope_theta=5.0),
        rope_default=default,
    )
    assert asked == (
        refused(
            "model.config.rope_parameters",
            "`rope_parameters` of `LlamaConfig` are said for each type of layer:"
            " `full_attention` and `sliding_attention`",
            "`model.config.rope_parameters.full_attention.rope_theta=5.0"
            " model.config.rope_parameters.sliding_attention={rope_theta:10000.0}`",
        ),
    )


def test_parameters_of_a_type_of_layer_are_said_with_those_of_the_others() -> None:
    default = {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}}
    asked = problems(
        rope_parameters_are_for_every_type_of_layer,
        built(full_attention={"rope_theta": 5.0}),
        rope_default=default,
        fields={"rope_parameters": FieldLimits(needed=("full_attention", "sliding_attention"))},
    )
    assert asked == (
        refused(
            "model.config.rope_parameters",
            "`rope_parameters` replaces the default as a whole, and says nothing for"
            " `sliding_attention`",
            "`model.config.rope_parameters.sliding_attention={rope_theta:10000.0}`",
        ),
    )


def test_a_type_of_layer_that_the_class_fills_in_need_not_be_said() -> None:
    default = {"full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4}}
    asked = built(full_attention={"rope_theta": 5.0})
    assert problems(rope_parameters_are_for_every_type_of_layer, asked, rope_default=default) == ()


def test_the_former_field_is_the_whole_of_todays_where_a_config_is_built() -> None:
    asked = {"rope_scaling": {"rope_type": "linear", "factor": 2.0}}
    model = {"id": None, "known": None, "config": asked}
    assert judge(spec(model=model, weights={"kind": "meta"}), facts(limits={"": BUILT})) == ()


def test_transformers_takes_the_former_field_for_the_whole_of_todays() -> None:
    from transformers import AutoConfig

    config = AutoConfig.for_model("llama", rope_scaling={"rope_type": "linear", "factor": 2.0})
    assert config.rope_parameters == {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}
    assert config.rope_scaling == config.rope_parameters


@pytest.mark.filterwarnings("ignore")
def test_transformers_fails_on_a_type_of_layer_that_is_left_out() -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    rope = {"sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}
    with torch.device("meta"), pytest.raises(KeyError, match="full_attention"):
        AutoModel.from_config(AutoConfig.for_model("gemma4_text", rope_parameters=rope))


def meta(**rope: Any) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model("llama", num_hidden_layers=1, rope_parameters=rope)
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


@pytest.mark.filterwarnings("ignore")
def test_transformers_builds_nothing_of_an_unknown_kind() -> None:
    with pytest.raises(KeyError, match="foo"):
        meta(rope_type="foo")


def test_transformers_refuses_a_kind_without_what_it_needs() -> None:
    with pytest.raises(KeyError, match="Missing required keys"):
        meta(rope_type="linear")


def test_a_kind_by_its_former_name_is_refused_beside_todays() -> None:
    held = checkpoint(config={"model_type": "llama", "rope_parameters": {"rope_type": "default"}})
    asked = config(rope_parameters={"type": "yarn", "factor": 4.0})
    assert tuple(rope_type_is_said_by_its_name(asked, facts(checkpoint=held))) == (
        wrong(
            "model.config.rope_parameters.type",
            "`type` is called `rope_type` today, and ignored beside it, which is `default`",
            "`model.config.rope_parameters.rope_type=yarn`",
        ),
    )


def test_transformers_ignores_a_kind_by_its_former_name_beside_todays() -> None:
    from transformers import LlamaConfig

    rope = {"rope_type": "default", "rope_theta": 1e4, "type": "yarn", "factor": 4.0}
    assert LlamaConfig(rope_parameters=rope).rope_parameters["rope_type"] == "default"


def test_a_former_scaling_is_hinted_at_in_todays_words() -> None:
    said = "model.config.rope_scaling={type:yarn,factor:4.0}"
    (problem,) = yaie.check("model=qwen3-0.6b", said, host="h100")
    assert problem.hint == (
        "`model.config.rope_parameters.rope_type=yarn model.config.rope_parameters.factor=4.0`"
    )


def test_a_kind_that_only_config_json_says_is_read_as_transformers_reads_it() -> None:
    held = checkpoint(config={"rope_parameters": {"rope_type": "mrope", "rope_theta": 1e4}})
    known = facts(checkpoint=held, limits={"": Limits(rope_types=("default",))})
    asked = config(rope_parameters={"rope_theta": 5.0})
    assert [*rope_type_is_one_that_builds(asked, known)] == []


def test_a_kind_that_is_none_of_todays_names_the_plain_one() -> None:
    text = "model.config.text_config.rope_parameters.rope_type"
    (problem,) = yaie.check("model=qwen2-vl", "weights=meta", f"{text}=mrope")
    assert problem.hint == f"`{text}=default`"


def test_transformers_reads_the_kind_of_qwen2_vl_as_the_plain_one() -> None:
    from transformers import AutoConfig

    rope = {"rope_type": "mrope", "rope_theta": 1e4, "mrope_section": [16, 24, 24]}
    text = AutoConfig.for_model("qwen2_vl_text", rope_parameters=rope)
    assert text.rope_parameters["rope_type"] == "default"


def test_factors_are_as_many_as_frequencies() -> None:
    asked = built(rope_type="longrope", short_factor=[1.0, 1.0], long_factor=[1.0] * 4)
    model = {**asked.model.config, "hidden_size": 16, "num_attention_heads": 2}
    asked = spec(model={"id": None, "known": None, "config": model}, weights={"kind": "meta"})
    assert tuple(rope_factors_are_as_many_as_frequencies(asked, facts())) == (
        refused(
            "model.config.rope_parameters.short_factor",
            "`short_factor` has 2 factors, and 4 are needed, one for each two numbers of a head"
            " that are turned",
        ),
    )


def test_a_model_of_fewer_factors_does_not_run() -> None:
    import torch
    from transformers import LlamaConfig, LlamaModel

    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 8}
    factors = {"short_factor": [1.0, 1.0], "long_factor": [1.0, 1.0]}
    rope = {"rope_type": "longrope", "rope_theta": 1e4, **factors}
    with pytest.raises(RuntimeError, match="size of tensor"):
        LlamaModel(LlamaConfig(**sizes, rope_parameters=rope))(torch.tensor([[1, 2]]))


def test_a_key_that_another_kind_reads_is_refused() -> None:
    assert problems(rope_keys_are_read, built(rope_type="default", factor=2.0)) == (
        refused(
            "model.config.rope_parameters.factor",
            "`factor` is read by `linear`, `dynamic`, `yarn`, `llama3`, `longrope` or"
            " `proportional`, and `rope_type` is `default`",
            "`~model.config.rope_parameters.factor`",
        ),
    )


def test_a_misspelt_key_is_an_input_error() -> None:
    assert problems(rope_keys_are_read, built(rope_type="default", rope_thata=5.0)) == (
        wrong(
            "model.config.rope_parameters.rope_thata",
            "`rope_thata` is read by no kind of rotary embedding; there is `rope_theta`",
            "`model.config.rope_parameters.rope_theta=5.0`",
        ),
    )


@pytest.mark.parametrize(
    "rope",
    [
        {"rope_type": "default", "mrope_section": [1, 1]},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768},
        {"rope_type": "linear", "factor": 2.0, "partial_rotary_factor": 0.5},
        {"rope_type": "kind of tomorrow", "factor": 2.0},
    ],
)
def test_a_key_that_may_be_read_passes(rope: dict[str, Any]) -> None:
    assert problems(rope_keys_are_read, built(**rope)) == ()


def test_transformers_carries_a_key_that_is_not_read() -> None:
    from transformers import LlamaConfig

    rope = {"rope_type": "default", "rope_theta": 1e4, "factor": 2.0, "rope_thata": 5.0}
    read = LlamaConfig(rope_parameters=rope).rope_parameters
    assert (read["factor"], read["rope_thata"]) == (2.0, 5.0)


@pytest.mark.parametrize(
    ("rope", "path", "message"),
    [
        ({"rope_theta": 0.0}, "rope_theta", "`0.0` was asked, and a base is above `0`"),
        (
            {"rope_type": "linear", "factor": 0.5},
            "factor",
            "`0.5` was asked, and `factor` is at least `1`",
        ),
        (
            {"rope_type": "llama3", "low_freq_factor": 4.0, "high_freq_factor": 1.0},
            "high_freq_factor",
            "`high_freq_factor` is `1.0`, and must be above `low_freq_factor`, which is `4.0`",
        ),
    ],
)
def test_numbers_that_stretch_nothing_are_refused(
    rope: dict[str, Any], path: str, message: str
) -> None:
    (problem,) = problems(rope_numbers_stretch, built(**rope))
    assert (problem.path, problem.message) == (f"model.config.rope_parameters.{path}", message)


def test_transformers_builds_a_model_of_a_base_of_nothing() -> None:
    from transformers import LlamaConfig, LlamaModel

    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 8}
    rope = {"rope_type": "default", "rope_theta": 0.0}
    model = LlamaModel(LlamaConfig(**sizes, rope_parameters=rope))
    assert not model.rotary_emb.inv_freq.isfinite().all()


@pytest.mark.filterwarnings("ignore")
def test_transformers_leaves_parameters_beside_those_of_each_type_of_layer_unread() -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.for_model("gemma3_text", rope_parameters={"rope_type": "foo"})
    with torch.device("meta"):
        assert AutoModel.from_config(config).config.rope_parameters["rope_type"] == "foo"
