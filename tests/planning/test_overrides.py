"""Do overrides lie upon a config.json so that transformers takes them for the last word?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.rules.making import GPT2, LLAMA, LLAVA, facts, spec
from yaie.facts.facts import Facts
from yaie.facts.limits import Limits
from yaie.planning.overrides import asked, full, grown

MULTIMODAL = facts(
    architecture=replace(LLAVA, open_sub_configs=("text_config",)),
    sub_architectures={"text_config": GPT2},
)
ROPE = facts(limits={"": Limits(rope_default={"rope_type": "default", "rope_theta": 10000.0})})


def built(**fields: Any) -> Any:
    """A Llama's config by these fields of a config.json."""
    from transformers import AutoConfig

    return AutoConfig.for_model("llama", **fields)


def test_a_nested_override_is_merged_into_the_parts_own_values() -> None:
    own = {"text_config": {"n_embd": 8, "n_layer": 2}}
    assert grown(own, {"text_config": {"n_layer": 3}}, MULTIMODAL) == {
        "text_config": {"n_embd": 8, "n_layer": 3}
    }


def test_an_alias_is_said_by_the_configs_own_name_in_a_part_too() -> None:
    named = spec(model={"config": {"text_config": {"hidden_size": 16}}})
    assert asked(named, MULTIMODAL) == {"text_config": {"n_embd": 16}}


def test_what_config_json_says_by_an_alias_goes() -> None:
    own = {"text_config": {"hidden_size": 8}}
    assert full(own, {"text_config": {"n_embd": 16}}, MULTIMODAL) == {"text_config": {"n_embd": 16}}


def test_an_alias_in_config_json_would_be_the_last_word() -> None:
    from transformers import AutoConfig

    assert AutoConfig.for_model("gpt2", hidden_size=8, n_embd=16).n_embd == 8


def test_rotary_parameters_lie_upon_those_of_a_former_spelling() -> None:
    own = {"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2.0}}
    merged = full(own, {"rope_parameters": {"factor": 4.0}}, ROPE)
    assert merged == {"rope_parameters": {"rope_type": "linear", "rope_theta": 5e5, "factor": 4.0}}
    assert built(**merged).rope_parameters == merged["rope_parameters"]


def test_a_former_spelling_would_be_the_last_word() -> None:
    scaling = {"rope_type": "linear", "factor": 2.0}
    config = built(rope_scaling=scaling, rope_parameters={"rope_type": "dynamic", "factor": 4.0})
    assert config.rope_parameters["rope_type"] == "linear"


def test_labels_are_not_merged() -> None:
    own = {"id2label": {"0": "a", "1": "b", "2": "c"}}
    assert grown(own, {"id2label": {0: "x"}}, facts(architecture=LLAMA)) == {"id2label": {0: "x"}}


def read(folder: Path, own: dict[str, Any], over: dict[str, Any], true: Facts) -> Any:
    """The config that from_pretrained makes of a config.json and of overrides grown by it."""
    from transformers import AutoConfig

    (folder / "config.json").write_text(json.dumps(own))
    return AutoConfig.from_pretrained(folder, **grown(own, over, true))


@pytest.mark.parametrize(
    "former",
    [
        {"rope_theta": 5e5},
        {"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2.0}},
        {"rope_theta": 5e5, "rope_scaling": None, "torch_dtype": "float16"},
    ],
)
def test_an_override_reads_back_from_a_config_json_of_former_spelling(
    tmp_path: Path, former: dict[str, Any]
) -> None:
    own = {"model_type": "llama", **former}
    config = read(tmp_path, own, {"rope_parameters": {"rope_theta": 7.0}}, ROPE)
    assert config.rope_parameters["rope_theta"] == 7.0
    assert config.rope_parameters["rope_type"] in ("default", "linear")


def test_a_part_of_former_spelling_takes_the_override_too(tmp_path: Path) -> None:
    text = {
        "model_type": "llama",
        "rope_theta": 5e5,
        "rope_scaling": {"type": "linear", "factor": 2.0},
    }
    own = {"model_type": "llava", "text_config": text}
    true = facts(
        architecture=LLAVA,
        sub_architectures={"text_config": LLAMA},
        limits={"text_config": ROPE.limits[""]},
    )
    over = {"text_config": {"rope_parameters": {"rope_theta": 7.0}}}
    config = read(tmp_path, own, over, true)
    rope = {"rope_type": "linear", "rope_theta": 7.0, "factor": 2.0}
    assert config.text_config.rope_parameters == rope
