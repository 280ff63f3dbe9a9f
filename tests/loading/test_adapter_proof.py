"""Adapters that are not in the model as asked are told, whatever brought that about."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft.tuners.tuners_utils import BaseTunerLayer

import yaie
from yaie.errors import Problem
from yaie.facts.gather import gather
from yaie.loading.adapter_proof import adapted_otherwise

Load = Callable[..., yaie.Loaded]
LAYERS = "`model.layers.0.self_attn.q_proj`, `model.layers.0.self_attn.v_proj`"
FOUR = f"{LAYERS}, `model.layers.1.self_attn.q_proj`, `model.layers.1.self_attn.v_proj`"


@pytest.fixture
def judged(load: Load, saved_llama: Path, saved_lora: Path) -> Callable[..., list[str]]:
    """What is told of a model that was loaded with the adapter and spoiled since."""

    def told(spoil: Callable[[Any], object], *words: str, said: str = "") -> list[str]:
        asked = (f"model={saved_llama}", "processor=none", f"adapter={saved_lora}", *words)
        loaded = yaie.load(*asked)
        spoil(loaded.model)
        spec = yaie.compose(*asked, *said.split()).spec
        return [_line(each) for each in adapted_otherwise(spec, gather(spec), loaded.model)]

    return told


def _line(problem: Problem) -> str:
    assert problem.fault.name == "MISMATCH"
    return f"{problem.path}: {problem.message}"


def layers(model: Any) -> list[Any]:
    return [module for module in model.modules() if isinstance(module, BaseTunerLayer)]


def test_a_model_as_it_was_loaded_is_as_asked(judged: Callable[..., list[str]]) -> None:
    assert judged(lambda model: None) == []
    assert judged(lambda model: None, "adapter.is_trainable=true") == []
    assert judged(lambda model: None, "adapter.merge=true") == []


def test_a_model_without_the_adapter_is_told(judged: Callable[..., list[str]]) -> None:
    told = judged(lambda model: model.delete_adapter("default"))
    assert told == ["adapter.id: no module of the model has it"]


@pytest.mark.filterwarnings("ignore:Already found a `peft_config`")
def test_another_adapter_that_is_active_is_told(judged: Callable[..., list[str]]) -> None:
    def other(model: Any) -> None:
        from peft import LoraConfig

        model.add_adapter(
            LoraConfig(target_modules=["q_proj"], modules_to_save=["lm_head"]), "other"
        )
        model.set_adapter("other")
        model.requires_grad_(False)

    assert judged(other) == ["adapter.name: `default` is not the one that is active"]


def test_an_adapter_that_is_switched_off_is_told(judged: Callable[..., list[str]]) -> None:
    def off(model: Any) -> None:
        for layer in layers(model):
            layer._disable_adapters = True

    assert judged(off) == [f"adapter.id: switched off: {FOUR}"]


def test_an_adapter_that_is_merged_unasked_is_told(judged: Callable[..., list[str]]) -> None:
    told = judged(lambda model: [layer.merge() for layer in layers(model)])
    assert told == [f"adapter.merge: merged: {FOUR}"]


def test_an_adapter_that_was_to_be_merged_is_told(judged: Callable[..., list[str]]) -> None:
    told = judged(lambda model: None, said="adapter.merge=true")
    assert told == [f"adapter.merge: not merged: {FOUR}"]


def test_one_number_that_is_not_the_files_is_told(judged: Callable[..., list[str]]) -> None:
    def change(model: Any) -> None:
        with torch.no_grad():
            layers(model)[0].lora_A["default"].weight[0, 0] += 1

    assert judged(change) == [
        "adapter.id: weights of other numbers than its file:"
        " `model.layers.0.self_attn.q_proj.lora_A.weight`"
    ]


def test_numbers_that_are_nowhere_are_told(judged: Callable[..., list[str]]) -> None:
    told = judged(lambda model: layers(model)[0].lora_A.to("meta"))
    assert told == [
        "adapter.id: weights of other numbers than its file:"
        " `model.layers.0.self_attn.q_proj.lora_A.weight`"
    ]


def test_a_layer_that_was_left_out_is_told(judged: Callable[..., list[str]]) -> None:
    def take_out(model: Any) -> None:
        attention = model.model.layers[0].self_attn
        attention.q_proj = attention.q_proj.base_layer

    assert judged(take_out) == [
        "adapter.id: weights that were not read:"
        " `model.layers.0.self_attn.q_proj.lora_A.weight`,"
        " `model.layers.0.self_attn.q_proj.lora_B.weight`"
    ]


@pytest.mark.parametrize(("asked", "got"), [("true", "frozen"), ("false", "trained")])
def test_an_adapter_that_is_not_trained_as_asked_is_told(
    judged: Callable[..., list[str]], asked: str, got: str
) -> None:
    def turn(model: Any) -> None:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(asked == "false" and ".default." in name)

    told = judged(turn, f"adapter.is_trainable={asked}")
    assert told == [f"adapter.is_trainable: `{asked.title()}` was asked, and it is {got}"]


def test_weights_of_the_model_that_are_trained_beside_it_are_told(
    judged: Callable[..., list[str]],
) -> None:
    told = judged(lambda model: model.model.norm.requires_grad_(True), "adapter.is_trainable=true")
    assert told == ["adapter.is_trainable: trained too: `model.norm.weight`"]


def test_a_load_that_is_disproved_ends_with_5(
    saved_llama: Path, saved_lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file changes between the check and the load, as by another process."""
    import json

    from transformers import PreTrainedModel

    from yaie.cli.program import main

    lora = Path(shutil.copytree(saved_lora, tmp_path / "lora"))
    load_adapter = PreTrainedModel.load_adapter

    def late(model: Any, *words: Any, **named: Any) -> Any:
        config = json.loads((lora / "adapter_config.json").read_text())
        config["target_modules"] = ["q_proj"]
        (lora / "adapter_config.json").write_text(json.dumps(config))
        return load_adapter(model, *words, **named)

    monkeypatch.setattr(PreTrainedModel, "load_adapter", late)
    assert main([f"model={saved_llama}", f"adapter={lora}", "processor=none"]) == 5
