"""Are the parameters that are named those of the model, and can they be trained?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.rules.making import spec
from yaie.errors import Problem
from yaie.facts.parameters import ParameterFacts
from yaie.rules.parameters import judge_parameters
from yaie.rules.problems import refused, said, wrong

NAMES = ("embed.weight", "layers.0.mlp.up.weight", "layers.0.mlp.down.weight", "lm_head.weight")
PLAIN = ParameterFacts(model_class="Net", names=NAMES)


def judged(parameters: ParameterFacts = PLAIN, **patterns: Sequence[str]) -> tuple[Problem, ...]:
    weights = {"kind": "pretrained", "mode": "train", **patterns}
    return tuple(judge_parameters(spec(weights=weights), parameters))


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("layers.0.mlp.upp.*", "['layers.0.mlp.up.*']"),
        ("layers.0.mlp", "['layers.0.mlp.*']"),
        ("lm_hed.weight", "[lm_head.weight]"),
    ],
)
def test_a_pattern_without_a_parameter_is_told_with_what_is_near(pattern: str, meant: str) -> None:
    assert judged(freeze=[pattern]) == (
        wrong(
            "weights.freeze",
            f"`{pattern}` matches none of the 4 parameters of `Net`",
            f"`weights.freeze={meant}`",
        ),
    )


def test_a_pattern_that_is_near_nothing_has_no_hint() -> None:
    message = "`zzz` matches none of the 4 parameters of `Net`"
    assert judged(trainable=["zzz"]) == (wrong("weights.trainable", message),)


def test_packed_weights_are_not_trained() -> None:
    packed = ParameterFacts(model_class="Net", names=NAMES, packed=frozenset(NAMES[1:3]))
    assert judged(packed, trainable=["layers.*", "lm_head.*"]) == (
        refused(
            "weights.trainable",
            "2 weights of those to be trained are packed, and have no gradient:"
            " `layers.0.mlp.down.weight`, `layers.0.mlp.up.weight`",
            "train an adapter beside them",
        ),
    )


def test_a_packed_weight_has_no_gradient_in_torch_either() -> None:
    import torch

    with pytest.raises(RuntimeError, match="floating point"):
        torch.nn.Parameter(torch.zeros(2, dtype=torch.uint8), requires_grad=False).requires_grad_()


TIED = ParameterFacts(model_class="Net", names=NAMES, tied={"lm_head.weight": "embed.weight"})


@pytest.mark.parametrize(("field", "done"), [("freeze", "frozen"), ("trainable", "trained")])
def test_what_is_done_to_a_tied_weight_is_done_to_both(field: str, done: str) -> None:
    assert judged(TIED, **{field: ["lm_head.*"]}) == (
        said(
            f"weights.{field}",
            f"`lm_head.weight` and `embed.weight` are one parameter, so that both are {done}",
        ),
    )


def test_ties_that_are_named_whole_go_without_saying() -> None:
    assert judged(TIED, freeze=["lm_head.*", "embed.*"]) == ()


def test_nothing_left_to_train_is_said_in_train_mode() -> None:
    assert judged(freeze=["*"]) == (
        said("weights.freeze", "every parameter of `Net` is frozen, and `weights.mode` is `train`"),
    )


def test_a_weight_that_an_adapter_is_put_around_is_hinted_at_by_its_new_name() -> None:
    names = (
        "layers.0.q.base_layer.weight",
        "layers.0.q.lora_A.default.weight",
        "layers.0.v.weight",
    )
    wrapped = ParameterFacts(model_class="Net", names=names)
    (problem,) = judged(wrapped, trainable=["layers.0.q.weight"])
    assert problem.hint == "`weights.trainable=[layers.0.q.base_layer.weight]`"
