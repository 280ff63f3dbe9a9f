"""Do the weights of a checkpoint match the model?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.rules.making import spec
from yaie.errors import Problem
from yaie.facts.keys import KeyFacts, Mismatch
from yaie.rules.keys import grouped, judge_keys
from yaie.rules.problems import refused, said, wrong

SAME = KeyFacts(asked_class="BertForMaskedLM", own_class="BertForMaskedLM", prefix="bert")
OTHER = replace(SAME, asked_class="BertModel")


def judged(keys: KeyFacts, **groups: Any) -> tuple[Problem, ...]:
    return tuple(judge_keys(spec(**groups), keys))


def test_weights_that_match_are_no_problem() -> None:
    assert judged(SAME) == judged(OTHER) == ()


def test_a_weight_that_the_own_class_misses_too_is_damage() -> None:
    keys = replace(OTHER, missing=("encoder.layer.0.w",), own_missing=("bert.encoder.layer.0.w",))
    assert judged(keys) == (
        refused(
            "model.id",
            "the checkpoint lacks 1 weight of `BertModel`: `encoder.layer.0.*` (1 weight)",
            "`weights.reinitialize=['encoder.layer.0.*']` makes them new",
        ),
    )


def test_a_weight_that_the_own_class_has_not_is_of_a_new_head() -> None:
    keys = replace(OTHER, missing=("pooler.dense.weight", "pooler.dense.bias"))
    assert judged(keys) == (
        said(
            "task.name",
            "2 weights of `BertModel` are not in the checkpoint of `BertForMaskedLM`; new at"
            " random: `pooler.dense.weight`, `pooler.dense.bias`",
            "train them before use",
        ),
    )


def test_a_weight_that_the_own_class_explains_is_of_a_dropped_head() -> None:
    assert judged(replace(OTHER, unexpected=("cls.predictions.bias",))) == (
        said(
            "task.name",
            "`BertModel` drops 1 weight of the checkpoint: `cls.predictions.bias`",
        ),
    )


def test_a_weight_that_the_own_class_cannot_explain_is_damage() -> None:
    keys = replace(OTHER, unexpected=("bert.novel.w",), own_unexpected=("bert.novel.w",))
    assert judged(keys) == (
        refused(
            "model.id",
            "the checkpoint has 1 weight with no place in `BertModel`: `bert.novel.w`",
        ),
    )


HEADLESS = replace(
    OTHER, own_class=None, has_architectures=False, weights=("embeddings.w", "pooler.dense.w")
)
CLS = ("cls.predictions.bias", "cls.seq_relationship.weight")


def test_a_head_that_no_class_of_the_checkpoint_explains_can_be_given_up() -> None:
    (problem,) = judged(replace(HEADLESS, unexpected=CLS, own_unexpected=CLS))
    assert problem.hint == "`weights.ignore_unexpected=['cls.*']` gives them up"


def test_a_head_that_is_given_up_is_said() -> None:
    given_up = {"kind": "pretrained", "ignore_unexpected": ["cls.*"]}
    assert judged(replace(HEADLESS, unexpected=CLS), weights=given_up) == (
        said(
            "weights.ignore_unexpected",
            "2 weights of the checkpoint given up: `cls.predictions.bias`,"
            " `cls.seq_relationship.weight`",
        ),
    )


def test_a_weight_that_the_model_loads_cannot_be_given_up() -> None:
    given_up = {"kind": "pretrained", "ignore_unexpected": ["cls.*", "pooler.*"]}
    assert judged(replace(HEADLESS, unexpected=CLS), weights=given_up)[-1] == wrong(
        "weights.ignore_unexpected",
        "`pooler.*` matches no weight that has no place in `BertModel`, but 1 weight that it loads",
        "`weights.ignore_unexpected=['cls.*']`",
    )


def test_in_the_own_class_every_missing_weight_is_damage() -> None:
    keys = replace(SAME, missing=("bert.pooler.w",), own_missing=("bert.pooler.w",))
    assert [problem.severity for problem in judged(keys)] == ["error"]


def test_without_architectures_every_key_counts() -> None:
    keys = replace(OTHER, own_class=None, has_architectures=False, missing=("pooler.w",))
    assert [problem.severity for problem in judged(keys)] == ["error"]


def test_too_many_layers_are_blamed_on_their_override() -> None:
    names = tuple(f"layers.{layer}.{part}" for layer in (2, 3) for part in ("a", "b", "c"))
    keys = replace(SAME, missing=names, own_missing=names)
    assert judged(keys, model={"config": {"num_hidden_layers": 4}}) == (
        refused(
            "model.config.num_hidden_layers",
            "the checkpoint lacks 6 weights of `BertForMaskedLM`: `layers.2.*` (3 weights),"
            " `layers.3.*` (3 weights)",
            "`~model.config.num_hidden_layers`, for `4` is larger than the checkpoint's",
        ),
    )


def test_too_few_layers_are_blamed_on_their_override() -> None:
    keys = replace(SAME, unexpected=("layers.1.a",), own_unexpected=("layers.1.a",))
    (problem,) = judged(keys, model={"config": {"num_hidden_layers": 1}})
    assert problem.path == "model.config.num_hidden_layers"
    assert problem.hint == (
        "`~model.config.num_hidden_layers`, for `1` is smaller than the checkpoint's"
    )


HEAD = replace(
    SAME, mismatched=(Mismatch(name="classifier.weight", stored=(2, 768), built=(7, 768)),)
)


def test_another_shape_is_refused() -> None:
    assert judged(HEAD, task={"num_labels": 7}) == (
        refused(
            "task.num_labels",
            "1 weight of `BertForMaskedLM` has another shape in the checkpoint:"
            " `classifier.weight` (2x768 there, 7x768 here)",
            "`weights.reinitialize=['classifier.*']` makes them new",
        ),
    )


def test_another_shape_is_allowed_to_a_weight_that_is_wanted_new() -> None:
    wanted = {"kind": "pretrained", "reinitialize": ["classifier.*"]}
    assert judged(HEAD, weights=wanted) == ()


def test_a_missing_weight_that_is_wanted_new_is_no_damage() -> None:
    keys = replace(SAME, missing=("classifier.weight",), own_missing=("classifier.weight",))
    assert judged(keys, weights={"kind": "pretrained", "reinitialize": ["classifier.*"]}) == ()


def test_names_are_grouped_by_layer_and_the_rest_is_counted() -> None:
    names = [f"model.layers.{layer}.w" for layer in range(6)] + ["lm_head.weight"]
    assert grouped(names) == (
        "`model.layers.0.*` (1 weight), `model.layers.1.*` (1 weight), `model.layers.2.*`"
        " (1 weight), `model.layers.3.*` (1 weight) and 3 more"
    )
