"""Do we know what each kind of rotary embedding needs, and read what a config.json says?"""

from __future__ import annotations

from typing import Any

import pytest

from yaie.facts.rope_values import NEEDED, stored_rope

DEFAULT = {"rope_type": "default", "rope_theta": 10000.0}


def as_transformers_reads(**fields: Any) -> Any:
    """The rotary parameters of a Llama whose config.json says these fields."""
    from transformers import AutoConfig

    return AutoConfig.for_model("llama", **fields).rope_parameters


@pytest.mark.parametrize(
    "fields",
    [
        {"rope_theta": 5e5},
        {"rope_scaling": {"type": "linear", "factor": 2.0}},
        {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "rope_theta": 1e6},
        {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}, "max_position_embeddings": 64},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 7.0}},
    ],
)
def test_a_former_spelling_is_read_as_transformers_reads_it(fields: dict[str, Any]) -> None:
    read = as_transformers_reads(**fields)
    read.pop("type", None)
    assert stored_rope(fields, DEFAULT) == read


@pytest.mark.parametrize("kind", ["linear", "dynamic", "yarn", "llama3", "longrope"])
def test_a_kind_is_refused_without_what_it_needs(kind: str) -> None:
    with pytest.raises(KeyError) as error:
        as_transformers_reads(rope_parameters={"rope_type": kind})
    assert all(key in str(error.value) for key in NEEDED[kind])


def test_every_kind_of_transformers_is_known() -> None:
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    assert {"default", "axial", *ROPE_INIT_FUNCTIONS} == set(NEEDED)
