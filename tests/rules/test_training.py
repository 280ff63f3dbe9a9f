"""Can what is asked be trained?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.making import LLAMA, facts, spec
from yaie.facts.catalogue import catalogue
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import may_match, meant_module

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


@pytest.mark.parametrize("pattern", ["model.embed_tokns.*", "model.embed_tokns.weight"])
def test_a_pattern_below_a_module_whose_modules_are_known_is_told_too(pattern: str) -> None:
    """Where it is surely meant to name another."""
    asked = spec(weights=TRAINED | {"freeze": [pattern], "trainable": ["lm_hed.*"]})
    told = [problem.path for problem in judge(asked, facts())]
    both = ["weights.freeze", "weights.trainable"]
    assert told == (both if pattern.endswith("*") else both[1:])


def test_a_module_that_differs_by_its_number_may_be_another_configs() -> None:
    assert judge(spec(weights=TRAINED | {"freeze": ["model.norm2.*"]}), facts()) == ()


@pytest.mark.parametrize("model_type", ["clip", "wav2vec2", "mixtral"])
def test_no_name_of_a_default_model_is_taken_for_a_misspelt_one(model_type: str) -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    known = catalogue().architecture(model_type)
    assert known is not None
    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model(model_type))
    modules = known.classes["base"].modules
    names = [name for name, _ in model.named_parameters(remove_duplicate=False)]
    for wanted in (*names, *(f"{name.rpartition('.')[0]}.*" for name in names if "." in name)):
        assert may_match(wanted, modules) or meant_module(wanted, modules) is None, wanted


def test_patterns_that_may_name_a_parameter_are_left_to_the_model() -> None:
    wanted = ["model.layers.1.mlp.*", "*norm*", "temperature"]
    assert judge(spec(weights=TRAINED | {"freeze": wanted}), facts()) == ()
