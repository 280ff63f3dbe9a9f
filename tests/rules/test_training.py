"""Can what is asked be trained?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.making import LLAMA, facts, spec
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong

TRAINED = {"kind": "pretrained", "mode": "train"}


def test_a_class_that_keeps_its_activations_is_refused() -> None:
    classes = {n: replace(c, gradient_checkpointing=False) for n, c in LLAMA.classes.items()}
    known = facts(architecture=replace(LLAMA, classes=classes))
    asked = spec(weights=TRAINED | {"gradient_checkpointing": True})
    assert judge(asked, known) == (
        refused(
            "weights.gradient_checkpointing",
            "`LlamaForCausalLM` keeps its activations: none of its layers can compute them anew",
            "`weights.gradient_checkpointing=false`",
        ),
    )


@pytest.mark.parametrize("model_type", ["patchtst", "llama", "vit", "timesfm"])
def test_the_catalogue_says_which_classes_do_as_transformers_does(model_type: str) -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    from yaie.facts.catalogue import catalogue

    known = catalogue().architecture(model_type)
    assert known is not None
    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model(model_type))
    if known.classes["base"].gradient_checkpointing:
        model.activation_checkpointing_enable()
        assert model.is_activation_checkpointing
    else:
        with pytest.raises(ValueError, match="activation checkpointing"):
            model.activation_checkpointing_enable()


def test_activations_are_computed_anew_in_train_mode_alone() -> None:
    asked = spec(weights={"kind": "pretrained", "gradient_checkpointing": True})
    assert judge(asked, facts()) == (
        said(
            "weights.gradient_checkpointing",
            "in `eval` mode nothing is computed anew; it takes effect once `model.train()` is"
            " called",
            "`weights.mode=train`",
        ),
    )


@pytest.mark.parametrize("field", ["freeze", "trainable"])
def test_a_pattern_that_is_near_a_module_is_an_input_error(field: str) -> None:
    asked = spec(weights=TRAINED | {field: ["model.norm.*", "lm_hed.*"]})
    assert judge(asked, facts()) == (
        wrong(
            f"weights.{field}",
            "`lm_hed.*` matches none of the 7 modules of `LlamaForCausalLM`",
            f"`weights.{field}=['model.norm.*','lm_head.*']`",
        ),
    )


def test_patterns_that_may_name_a_parameter_are_left_to_the_model() -> None:
    wanted = ["model.layers.1.mlp.*", "*norm*", "temperature"]
    assert judge(spec(weights=TRAINED | {"freeze": wanted}), facts()) == ()
