"""Can the numbers come from where they are wanted?"""

from __future__ import annotations

from tests.rules.making import facts, gpus, spec
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong


def test_pretrained_weights_of_an_architecture_alone_are_refused() -> None:
    assert judge(spec(model={"id": None}), facts()) == (
        refused(
            "weights.kind",
            "`pretrained` needs a checkpoint, and `model.architecture=llama` names none",
            "`weights=random`, or `weights=meta`",
        ),
    )


def test_new_weights_are_not_quantised() -> None:
    asked = spec(weights={"kind": "random"}, quantization={"method": "bnb_4bit"})
    assert judge(asked, facts()) == (
        refused(
            "quantization.method",
            "`bnb_4bit` quantises weights that are loaded, and `weights.kind` is `random`",
            "`quantization=none`, or `weights=pretrained`",
        ),
    )


def test_random_weights_are_not_spread_over_devices() -> None:
    asked = spec(weights={"kind": "random"}, device={"kind": "balanced"})
    assert judge(asked, facts(host=gpus(2))) == (
        refused(
            "device.kind",
            "`balanced` spreads a model over several devices, and random weights are made on one",
            "`device=cuda`",
        ),
    )


def test_random_weights_are_made_where_there_is_one_device() -> None:
    asked = spec(weights={"kind": "random"}, device={"kind": "auto"})
    assert judge(asked, facts(host=gpus(1))) == judge(asked, facts()) == ()


def test_a_pattern_of_new_weights_that_matches_nothing_is_an_input_error() -> None:
    asked = spec(weights={"kind": "pretrained", "reinitialize": ["lm_hed.*"]})
    assert judge(asked, facts()) == (
        wrong(
            "weights.reinitialize",
            "`lm_hed.*` matches none of the 7 modules of `LlamaForCausalLM`",
            "`weights.reinitialize=['lm_head.*']`",
        ),
    )


def test_patterns_of_new_weights_reach_into_layers() -> None:
    wanted = ["model.layers.1.mlp.*", "lm_head.weight", "*norm*", "model.layers.*"]
    asked = spec(weights={"kind": "pretrained", "reinitialize": wanted})
    assert judge(asked, facts()) == ()


def test_a_pattern_that_is_near_no_module_may_name_a_parameter() -> None:
    asked = spec(weights={"kind": "pretrained", "reinitialize": ["temperature"]})
    assert judge(asked, facts()) == (
        said(
            "weights.reinitialize",
            "`temperature` matches none of the 7 modules of `LlamaForCausalLM`; if it is no"
            " parameter, it is ignored",
        ),
    )
