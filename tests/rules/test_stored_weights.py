"""Can the numbers in the checkpoint become what was asked?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.rules.making import checkpoint, facts, spec
from yaie.errors import Problem
from yaie.facts.tensor import TensorFacts
from yaie.rules import stored_weights
from yaie.rules.judge import rules_of
from yaie.rules.problems import refused, said

QUANTISED = {"quantization_config": {"quant_method": "fp8"}}


def judged(tensors: dict[str, str], config: dict[str, Any] | None = None, **groups: Any) -> Any:
    """The problems of weights of one shape, each stored in a dtype."""
    stored = {name: TensorFacts(dtype=dtype, shape=(4, 2)) for name, dtype in tensors.items()}
    held = checkpoint(tensors=stored, config={"model_type": "llama"} | (config or {}))
    known = facts(checkpoint=held)
    found: list[Problem] = []
    for rule in rules_of(stored_weights):
        found += rule(spec(**groups), known)
    return found


def test_floats_are_what_they_are() -> None:
    for dtype in ("float32", "float16", "bfloat16", "float8_e4m3fn"):
        assert judged({"a.weight": dtype}) == []


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32"])
def test_integers_need_their_quantiser(dtype: str) -> None:
    assert judged({"a.weight": dtype, "b.weight": "float16"}) == [
        refused(
            "model.id",
            f"1 weight of `org/llama` is stored as `{dtype}`: `a.weight`; config.json has no"
            " `quantization_config` that says how to read it",
            "bring the config.json that the weights were saved with",
        )
    ]


def test_integers_of_a_quantised_checkpoint_are_its_quantisers() -> None:
    assert judged({"a.weight": "int8"}, QUANTISED) == []
    assert judged({"a.weight": "int8"}, {"text_config": QUANTISED}) == []


def test_integers_that_are_no_weights_are_buffers() -> None:
    assert judged({"embeddings.position_ids": "int64"}) == []


def test_integers_that_nobody_reads_do_not_matter() -> None:
    assert judged({"a.weight": "int8"}, weights={"kind": "random"}) == []


def test_scaled_floats_need_their_quantiser() -> None:
    scaled = {"a.weight": "float8_e4m3fn", "a.weight_scale_inv": "float32"}
    assert judged(scaled) == [
        refused(
            "model.id",
            "1 weight of `org/llama` is stored as `float8_e4m3fn` beside a scale: `a.weight`;"
            " config.json has no `quantization_config` that says how to read it",
            "bring the config.json that the weights were saved with",
        )
    ]
    assert judged(scaled, QUANTISED) == []


def test_float16_is_too_small_for_bfloat16() -> None:
    assert judged({"a.weight": "bfloat16"}, precision={"dtype": "float16"}) == [
        said(
            "precision.dtype",
            "the weights of `org/llama` are stored as `bfloat16`, and `float16` ends at 65504:"
            " activations may overflow",
            "`precision=bf16`",
        )
    ]


@pytest.mark.parametrize(("stored", "asked"), [("float32", "float16"), ("bfloat16", "float32")])
def test_other_casts_go_without_saying(stored: str, asked: str) -> None:
    assert judged({"a.weight": stored}, precision={"dtype": asked}) == []


def test_auto_may_be_wider_than_the_weights() -> None:
    assert judged({"a.weight": "bfloat16"}, {"dtype": "float32"}) == [
        said(
            "precision.dtype",
            "`auto` is config.json's `float32`, and the weights of `org/llama` are stored as"
            " `bfloat16`: 2 times the memory, and nothing gained",
            "`precision.dtype=bfloat16`",
        )
    ]


@pytest.fixture
def integers(tiny_bert: Path, tmp_path: Path) -> Path:
    """The tiny BERT with its dense layers rounded to integers."""
    import torch
    from safetensors.torch import load_file, save_file

    state = load_file(tiny_bert / "model.safetensors")
    dense = {n: t.to(torch.int8) for n, t in state.items() if n.endswith("dense.weight")}
    save_file(state | dense, tmp_path / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "config.json").write_text((tiny_bert / "config.json").read_text())
    return tmp_path


def test_transformers_takes_the_integers_for_the_weights(integers: Path) -> None:
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_pretrained(integers)
    weight = model.bert.encoder.layer[0].output.dense.weight
    assert weight.dtype.is_floating_point
    assert weight.abs().max() == 0
    (problem,) = yaie.check(f"model={integers}", "processor=none")
    assert problem.message.startswith("7 weights of")


def test_transformers_widens_to_what_config_json_says(tiny_bert: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_pretrained(tiny_bert, dtype=torch.bfloat16)
    model.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | {"dtype": "float32"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert AutoModelForMaskedLM.from_pretrained(tmp_path, dtype="auto").dtype == torch.float32
    (problem,) = yaie.check(f"model={tmp_path}", "processor=none")
    assert problem.path == "precision.dtype"
