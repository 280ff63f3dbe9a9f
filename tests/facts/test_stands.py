"""Is it seen what becomes of a model whose config says something else?"""

from __future__ import annotations

from typing import Any

import pytest

from yaie.facts.catalogue import catalogue
from yaie.facts.field_probes import Prober
from yaie.facts.observation import BUILT, REFUSED, UNREAD
from yaie.facts.stands import Stand

LLAMA = Stand(
    model_type="llama",
    task="causal-lm",
    auto_class="AutoModelForCausalLM",
    beside={"num_hidden_layers": 1},
)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"hidden_size": 8192}, BUILT),
        ({"hidden_size": 4097}, REFUSED),
        ({"hidden_act": "foo"}, REFUSED),
        ({"num_key_value_heads": None}, UNREAD),
        ({"rope_parameters": {"rope_theta": 5.0}}, BUILT),
    ],
)
def test_a_model_is_built_refused_or_built_of_something_else(
    changed: dict[str, Any], outcome: str
) -> None:
    assert LLAMA.built(changed)[0] == outcome


def test_a_refusal_says_why() -> None:
    assert LLAMA.built({"hidden_act": "foo"})[1] == "KeyError: 'foo'"


def test_a_part_that_has_no_model_of_its_own_is_built_in_another() -> None:
    (stand,) = Prober(catalogue()).stands("blip_text_model")
    assert (stand.model_type, stand.part) == ("blip", "text_config")


def test_every_class_that_builds_is_a_stand_the_smallest_first() -> None:
    stands = Prober(catalogue()).stands("bart")
    sizes = [stand.size() for stand in stands]
    assert {"base", "causal-lm"} <= {stand.task for stand in stands}
    assert sizes == sorted(sizes)
