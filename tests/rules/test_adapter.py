"""Does the adapter fit the model, and can it be loaded here?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.rules.making import checkpoint, facts, spec
from yaie.errors import Problem
from yaie.facts.adapter import INJECTED, AdapterFacts
from yaie.facts.facts import Facts
from yaie.facts.tensor import TensorFacts
from yaie.rules.adapter import MINIMUM
from yaie.rules.judge import judge
from yaie.rules.problems import absent, refused, said
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted

CONFIG = {"peft_type": "LORA", "base_model_name_or_path": "org/llama"}


def asked(**fields: Any) -> LoadSpec:
    groups = {name: fields.pop(name) for name in ("weights", "quantization") if name in fields}
    return spec(adapter={"kind": "peft", "id": "./lora"} | fields, **groups)


def held(**changes: Any) -> Facts:
    """An adapter in safetensors, and peft."""
    whole = AdapterFacts(
        folder=Path("lora"),
        commit=None,
        config=CONFIG,
        file="adapter_model.safetensors",
        format="safetensors",
        tensors={"x": TensorFacts(dtype="float32", shape=(2, 8))},
    )
    return with_peft(facts(adapter=replace(whole, **changes)))


def with_peft(known: Facts, version: str | None = "0.21.2", **others: str) -> Facts:
    own = {"peft": version} if version else {}
    packages = {n: v for n, v in known.host.packages.items() if n != "peft"} | own | others
    return replace(known, host=replace(known.host, packages=packages))


def found(spec: LoadSpec, facts: Facts) -> list[Problem]:
    return [problem for problem in judge(spec, facts) if problem.path.startswith("adapter")]


def test_a_whole_adapter_goes_without_a_word() -> None:
    assert found(asked(), held()) == []


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (None, "an adapter needs the package `peft`, which is not installed"),
        ("0.19.1", f"an adapter needs peft {MINIMUM} or newer, and 0.19.1 is here"),
    ],
)
def test_an_adapter_asks_for_peft(version: str | None, message: str) -> None:
    hint = "`adapter=none`, or `pip install 'yaie[peft]'`"
    assert found(asked(), with_peft(held(), version)) == [refused("adapter.id", message, hint)]


def test_the_oldest_peft_is_that_of_transformers() -> None:
    from transformers.integrations.peft import MIN_PEFT_VERSION

    assert MINIMUM == MIN_PEFT_VERSION


def test_a_folder_without_a_config_is_no_adapter() -> None:
    assert found(asked(), held(config=None)) == [
        absent(
            "adapter.id",
            "`./lora` holds no adapter_config.json, so that it is no adapter",
            "name the folder that holds adapter_config.json",
        )
    ]


def test_a_config_without_weights_is_told() -> None:
    assert found(asked(), held(file=None, format=None, tensors=None)) == [
        absent(
            "adapter.id",
            "`./lora` holds neither adapter_model.safetensors nor adapter_model.bin",
        )
    ]


@pytest.mark.parametrize(
    ("type_", "meant"), [("PROMPT_TUNING", ""), ("LoRA", "; `LORA` may be meant"), (None, "")]
)
def test_a_type_that_is_not_injected_is_refused(type_: str | None, meant: str) -> None:
    (problem,) = found(asked(), held(config=CONFIG | {"peft_type": type_}))
    assert problem.message == (
        f"its adapter_config.json names the type `{type_}`, and those that go into a model's own"
        f" modules here are {all_quoted(sorted(INJECTED))}{meant}"
    )


def test_a_config_that_names_a_module_to_import_is_refused() -> None:
    config = CONFIG | {"megatron_config": {"x": 1}, "megatron_core": "evil"}
    assert found(asked(), held(config=config)) == [
        refused(
            "adapter.id",
            "its adapter_config.json has peft import the module `evil`, which is not done here",
        )
    ]


def test_another_base_is_said() -> None:
    config = CONFIG | {"base_model_name_or_path": "org/gpt2"}
    assert found(asked(), held(config=config)) == [
        said("adapter.id", "it was trained on `org/gpt2`, and `org/llama` is loaded")
    ]


def test_a_base_that_was_moved_goes_without_a_word() -> None:
    assert found(asked(), held(config=CONFIG | {"base_model_name_or_path": "/home/x/Llama"})) == []


def test_a_pickle_is_read_by_a_safe_torch_alone() -> None:
    known = held(file="adapter_model.bin", format="bin")
    assert found(asked(), with_peft(known, torch="2.9.1")) == [
        refused(
            "adapter.id",
            "`adapter_model.bin` is a pickle, which torch 2.9.1 can be made to run code from"
            " (CVE-2026-24747); torch 2.10 or newer reads it safely",
            "`pip install -U torch`",
        )
    ]
    assert found(asked(), with_peft(known, torch="2.13.0")) == [
        said(
            "adapter.id",
            "`adapter_model.bin` is a pickle: it is read as weights only, but without the"
            " guarantees of safetensors",
        )
    ]


def test_a_pickle_of_something_else_is_refused() -> None:
    known = held(file="adapter_model.bin", format="bin", tensors=None)
    assert found(asked(), with_peft(known, torch="2.13.0")) == [
        refused(
            "adapter.id",
            "`adapter_model.bin` is a pickle that holds something else than tensors",
            "bring the adapter as safetensors",
        )
    ]


def test_packed_weights_are_not_merged_into() -> None:
    packed = asked(merge=True, quantization={"method": "bnb_8bit"})
    assert [p for p in found(packed, held()) if p.path == "adapter.merge"] == [
        refused(
            "adapter.merge",
            "`bnb_8bit` packs the weights, and the sum would be rounded once more",
            "`quantization=none`, or `adapter.merge=false`",
        )
    ]


def test_a_type_without_a_merge_is_not_merged() -> None:
    assert found(asked(merge=True), held(config=CONFIG | {"peft_type": "LILY"})) == [
        refused(
            "adapter.merge",
            "peft adds no adapter of the type `LILY` to the weights",
            "`adapter.merge=false`",
        )
    ]


def test_what_is_merged_is_not_trained() -> None:
    assert found(asked(merge=True, is_trainable=True), held()) == [
        refused(
            "adapter.is_trainable",
            "an adapter that is merged is gone, so that it cannot be trained",
            "`adapter.merge=false`, or `adapter.is_trainable=false`",
        )
    ]


def test_a_structure_has_no_numbers_to_add_to() -> None:
    assert found(asked(weights={"kind": "meta"}), held()) == [
        refused("adapter.id", "`weights=meta` has a structure but no numbers", "`adapter=none`")
    ]


def test_a_frozen_adapter_in_train_mode_is_said() -> None:
    assert found(asked(weights={"kind": "pretrained", "mode": "train"}), held()) == [
        said(
            "adapter.is_trainable",
            "the adapter is frozen as the model is beside it, and `weights.mode` is `train`",
            "`adapter.is_trainable=true`",
        )
    ]


def test_a_folder_of_an_adapter_alone_is_no_model() -> None:
    known = facts(checkpoint=replace(checkpoint(), config=None, adapter_config=CONFIG | {}))
    (problem,) = [p for p in judge(spec(), known) if "holds an adapter" in p.message]
    assert problem == refused(
        "model.id",
        "`org/llama` holds an adapter of `org/llama`, and no model",
        "`model=org/llama adapter=org/llama`",
    )


def test_an_adapter_beside_a_model_is_not_loaded_unasked() -> None:
    known = with_peft(facts(checkpoint=replace(checkpoint(), adapter_config=CONFIG)))
    (problem,) = [p for p in judge(spec(), known) if "adapter_config.json lies" in p.message]
    assert problem == refused(
        "model.id",
        "adapter_config.json lies beside config.json of `org/llama`: transformers would load that"
        " adapter unasked",
        "move the adapter to a folder of its own, and name it: `adapter=…`",
    )
