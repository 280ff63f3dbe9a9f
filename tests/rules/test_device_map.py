"""Does a device map fit the model's modules?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.making import checkpoint, facts, gpus, spec
from yaie.rules.device_map import map_covers_the_model
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong

WHOLE: dict[str, int | str] = {
    "model.embed_tokens": "cpu",
    "model.layers.0": "cpu",
    "model.layers.1": "cpu",
    "model.norm": "cpu",
    "lm_head": "cpu",
}


def mapped(placed: dict[str, Any]) -> Any:
    return spec(device={"kind": "map", "map": placed})


@pytest.mark.parametrize(
    "placed",
    [
        {"": "cpu"},
        {"model": "cpu", "lm_head": "cpu"},
        WHOLE,
        WHOLE | {"model.rotary_emb": "cpu"},
        WHOLE | {"model.layers.0.mlp": "cpu"},
    ],
)
def test_a_map_of_the_whole_model_is_no_problem(placed: dict[str, int | str]) -> None:
    assert judge(mapped(placed), facts()) == ()


def test_a_key_that_is_no_module_is_an_input_error() -> None:
    assert judge(mapped({"": "cpu", "model.layer.1": "cpu"}), facts()) == (
        wrong(
            "device.map.model.layer.1",
            "`LlamaForCausalLM` has no module `model.layer.1`",
            "`~device.map.model.layer.1 device.map.model.layers.1=cpu`",
        ),
    )


def test_a_layer_beyond_the_last_is_an_input_error() -> None:
    assert judge(mapped(WHOLE | {"model.layers.2": "cpu"}), facts()) == (
        wrong(
            "device.map.model.layers.2",
            "layer 2 was placed, and the model has 2 layers, counted from 0",
            "`~device.map.model.layers.2`",
        ),
    )


def test_layers_are_counted_as_overridden() -> None:
    asked = spec(
        device={"kind": "map", "map": WHOLE | {"model.layers.2": "cpu"}},
        model={"config": {"num_hidden_layers": 3}},
        weights={"kind": "pretrained", "reinitialize": ["model.layers.2.*"]},
    )
    assert judge(asked, facts()) == ()


def test_a_map_with_gaps_lists_them() -> None:
    gaps = {key: "cpu" for key in WHOLE if key not in ("model.layers.1", "lm_head")}
    assert judge(mapped(gaps), facts()) == (
        refused(
            "device.map",
            "no device for `model.layers.1`, `lm_head` of `LlamaForCausalLM`",
            "`device.map.model.layers.1=cpu device.map.lm_head=cpu`",
        ),
    )


def test_a_key_inside_of_another_does_not_go_to_disk() -> None:
    assert judge(mapped({"": "cpu", "model.layers.0": "disk"}), facts()) == (
        refused(
            "device.map.model.layers.0",
            '`model.layers.0` goes to `disk`, but lies inside of `""`, which goes to `cpu`; a map'
            " to `disk` needs keys that do not overlap",
            "`device.map.model.layers.0=cpu`",
        ),
    )


def test_a_layer_split_over_accelerators_is_refused() -> None:
    split = {key: 0 for key in WHOLE if key != "model.layers.0"}
    split |= {"model.layers.0.self_attn": 0, "model.layers.0.mlp": 1}
    assert judge(mapped(split), facts(host=gpus(2))) == (
        refused(
            "device.map.model.layers.0",
            "`model.layers.0` is split over `0`, `1`, and a `LlamaDecoderLayer` works on one"
            " accelerator alone",
            "`~device.map.model.layers.0.self_attn ~device.map.model.layers.0.mlp"
            " device.map.model.layers.0=0`",
        ),
    )


def test_a_map_with_many_gaps_is_better_made_by_the_machine() -> None:
    asked = spec(
        device={"kind": "map", "map": {"lm_head": "cpu"}},
        model={"config": {"num_hidden_layers": 80}},
        weights={"kind": "pretrained", "reinitialize": ["model.layers.*"]},
    )
    (problem,) = judge(asked, facts())
    assert problem == refused(
        "device.map",
        "no device for `model.embed_tokens`, `model.layers.0`, `model.layers.1`, `model.layers.2`,"
        " `model.layers.3`, `model.layers.4`, `model.layers.5`, `model.layers.6` and 74 more of"
        " `LlamaForCausalLM`",
        "`device=auto` places every module",
    )


def test_layers_that_are_not_counted_are_covered_by_any_of_them() -> None:
    uncounted = {"kind": "map", "map": WHOLE | {"model.layers.7": "cpu"}}
    assert judge(spec(device=uncounted, model={"known": None}), facts()) == ()


def test_layers_that_are_not_counted_are_missed_together() -> None:
    gaps = {key: "cpu" for key in WHOLE if "layers" not in key}
    asked = spec(device={"kind": "map", "map": gaps}, model={"known": None})
    (problem,) = judge(asked, facts())
    assert (problem.message, problem.hint) == (
        "no device for `model.layers` of `LlamaForCausalLM`",
        "`device.map.model.layers=cpu`",
    )


def test_a_key_that_is_near_no_module_may_be_a_parameter() -> None:
    assert judge(mapped({"": "cpu", "temperature": "cpu"}), facts()) == (
        said(
            "device.map.temperature",
            "`LlamaForCausalLM` has no module `temperature`; if it is no parameter, it is ignored",
        ),
    )


def test_a_norm_without_weights_needs_no_device() -> None:
    placed = {key: "cpu" for key in WHOLE if key != "model.norm"}
    assert judge(mapped(placed), facts(model_type="olmo")) == ()
    assert judge(mapped(placed), facts())[0].path == "device.map"


def test_layers_beyond_counting_take_no_time() -> None:
    config = {"model_type": "llama", "num_hidden_layers": 10**30}
    asked = spec(device={"kind": "map", "map": {"lm_head": "cpu"}}, model={"known": None})
    (problem,) = map_covers_the_model(asked, facts(checkpoint=checkpoint(config=config)))
    assert "`model.layers`" in problem.message
