"""Is what an adapter's config says of the kind that peft reads?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.test_adapter import CONFIG, asked, found, held
from yaie.facts.tensor import TensorFacts
from yaie.rules.problems import refused, wrong


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("r", "four", "a whole number is wanted"),
        ("lora_alpha", True, "a number is wanted"),
        ("lora_alpha", float("nan"), "a number that is finite is wanted"),
        ("rank_pattern", {"q_proj": "x"}, "numbers by name is wanted"),
        ("target_modules", [1], "a pattern or a list of names is wanted"),
        ("scale", [{"x": float("inf")}], "a number that is finite is wanted"),
    ],
)
def test_a_field_of_another_kind_is_refused(name: str, value: Any, wanted: str) -> None:
    assert found(asked(), held(config=CONFIG | {name: value})) == [
        refused("adapter.id", f"`{name}` in its adapter_config.json is `{value}`, and {wanted}")
    ]


def test_null_goes_without_a_word() -> None:
    assert found(asked(), held(config=CONFIG | {"lora_alpha": None, "r": 4})) == []


def test_a_type_that_is_a_list_is_told() -> None:
    (problem,) = found(asked(merge=True), held(config=CONFIG | {"peft_type": ["LORA"]}))
    assert problem.message.startswith("its adapter_config.json names the type `['LORA']`, and")


@pytest.mark.parametrize("name", ["q_proj", "model", "lora_A", "weight", "base_layer", "keys"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    key = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
    tensors = {key: TensorFacts(dtype="float32", shape=(2, 8))}
    assert found(asked(name=name), held(tensors=tensors)) == [
        wrong(
            "adapter.name",
            f"`{name}` is what a module or a parameter is called that is beside the adapter, or in"
            " it",
            "`adapter.name=default`",
        )
    ]
