"""Is what config.json says what transformers can read? It is asked itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rules.making import LLAMA, LLAVA, VISION, checkpoint, facts, spec
from yaie.errors import Problem
from yaie.rules.problems import absent
from yaie.rules.stored_config import (
    config_json_is_of_its_types,
    config_json_names_a_dtype,
    quantization_config_can_be_read,
)


def problems(rule: Any, **stored: Any) -> tuple[Problem, ...]:
    return tuple(rule(spec(), facts(checkpoint=checkpoint(config=stored))))


def says(text: str) -> tuple[Problem]:
    return (absent("model.id", f"config.json of `org/llama` says {text}"),)


def read(folder: Path, **stored: Any) -> Any:
    """What transformers makes of a config.json."""
    from transformers import AutoConfig

    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **stored}))
    return AutoConfig.from_pretrained(folder)


def test_a_value_of_another_type_is_told() -> None:
    assert problems(config_json_is_of_its_types, num_hidden_layers="many") == says(
        "`many` for `num_hidden_layers`, which is an integer"
    )


def test_a_value_of_another_type_in_a_part_is_told() -> None:
    held = checkpoint(config={"vision_config": {"depth": "deep"}})
    parts = {"text_config": LLAMA, "vision_config": VISION}
    llava = facts(checkpoint=held, architecture=LLAVA, sub_architectures=parts)
    assert tuple(config_json_is_of_its_types(spec(), llava)) == says(
        "`deep` for `vision_config.depth`, which is an integer"
    )


def test_transformers_reads_no_value_of_another_type(tmp_path: Path) -> None:
    from huggingface_hub.errors import StrictDataclassFieldValidationError

    with pytest.raises(StrictDataclassFieldValidationError):
        read(tmp_path, num_hidden_layers="many")


@pytest.mark.parametrize("stated", ["nonsense", {"text_config": "float32"}, ["float32"], 3, True])
def test_what_names_no_dtype_is_told(stated: object) -> None:
    assert problems(config_json_names_a_dtype, dtype=stated) == says(
        f"`{stated}` for `dtype`, which names a dtype as `bfloat16` does"
    )


@pytest.mark.parametrize("stated", ["bfloat16", "torch.float16", "half", None])
def test_a_dtype_of_torch_passes(stated: object) -> None:
    assert problems(config_json_names_a_dtype, torch_dtype=stated) == ()


@pytest.mark.parametrize("stated", ["nonsense", {"text_config": "float32"}, ["float32"], 3])
def test_transformers_builds_nothing_of_what_names_no_dtype(tmp_path: Path, stated: object) -> None:
    from transformers import AutoModelForCausalLM

    small = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1}
    with pytest.raises((AttributeError, IndexError)):
        AutoModelForCausalLM.from_config(read(tmp_path, dtype=stated, **small))


@pytest.mark.parametrize("stored", ["bnb", [1], 4, True])
def test_a_quantization_config_that_is_no_mapping_is_told(stored: object) -> None:
    assert problems(quantization_config_can_be_read, quantization_config=stored) == says(
        f"`{stored}` for `quantization_config`, which is a mapping"
    )


def test_transformers_reads_no_quantization_config_that_is_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="to_dict"):
        read(tmp_path, quantization_config="bnb")


def test_a_method_that_is_no_word_is_told() -> None:
    stored = {"quant_method": ["fp8"]}
    assert problems(quantization_config_can_be_read, quantization_config=stored) == says(
        "`['fp8']` for `quantization_config.quant_method`, which is a word"
    )


def test_modules_that_are_no_list_are_told() -> None:
    stored = {"quant_method": "fp8", "modules_to_not_convert": 3}
    assert problems(quantization_config_can_be_read, quantization_config=stored) == says(
        "`3` for `quantization_config.modules_to_not_convert`, which is a list of modules"
    )


def test_transformers_looks_for_no_method_that_is_no_word() -> None:
    from transformers.quantizers.auto import AutoHfQuantizer

    with pytest.raises(TypeError, match="unhashable type"):
        AutoHfQuantizer.supports_quant_method({"quant_method": ["fp8"]})
