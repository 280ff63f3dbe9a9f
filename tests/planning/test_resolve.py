"""From spec and facts to calls: each test changes one thing of a valid spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.planning.conftest import CHECKPOINT, LLAMA
from yaie.errors import InputError
from yaie.facts.host import HostFacts
from yaie.planning.calls import Call, Named, Nested, Ref
from yaie.planning.plan import LoadPlan

Planner = Callable[..., LoadPlan]


def model_call(plan: LoadPlan) -> Call:
    return plan.calls[plan.model]


def test_the_plan_as_json_keeps_the_contract(plan: Planner) -> None:
    spec = {"quantization": {"method": "bnb_8bit"}, "processor": {"kind": "none"}}
    call = plan(spec).as_json()["calls"][0]  # type: ignore[index]
    assert call["target"] == "transformers.AutoModelForCausalLM.from_pretrained"
    assert call["args"] == ["models/chat"]
    assert call["kwargs"]["quantization_config"]["$call"] == "transformers.BitsAndBytesConfig"
    assert call["kwargs"]["quantization_config"]["kwargs"]["load_in_8bit"] is True


def test_an_earlier_value_is_a_reference_by_index(plan: Planner) -> None:
    spec = {"model": {"id": "models/chat", "config": {"attention_dropout": 0.1}}}
    assert model_call(plan(spec)).kwargs["config"] == Ref(0)
    assert plan(spec).as_json()["calls"][1]["kwargs"]["config"] == {"$ref": 0}  # type: ignore[index]


@pytest.mark.parametrize(
    ("device", "keywords"),
    [
        ({"kind": "none"}, {}),
        ({"kind": "single", "device": "cuda:1"}, {"device_map": "cuda:1"}),
        ({"kind": "sequential"}, {"device_map": "sequential"}),
        ({"kind": "map", "map": {"": "cpu"}}, {"device_map": {"": "cpu"}}),
        (
            {"kind": "balanced", "max_memory": {0: "1GiB"}, "offload_folder": "off"},
            {"device_map": "balanced", "max_memory": {0: "1GiB"}, "offload_folder": "off"},
        ),
    ],
)
def test_a_device_becomes_a_device_map(
    plan: Planner, device: dict[str, Any], keywords: dict[str, Any]
) -> None:
    said = model_call(plan({"device": device})).kwargs
    names = ("device_map", "max_memory", "offload_folder", "offload_buffers")
    assert {name: said[name] for name in names if name in said} == keywords


@pytest.mark.parametrize(
    ("attention", "keywords"),
    [
        ({}, {}),
        ({"kind": "eager"}, {"attn_implementation": "eager"}),
        (
            {"kind": "sdpa", "submodules": {"vision_config": "eager"}},
            {"attn_implementation": {"": "sdpa", "vision_config": "eager"}},
        ),
        ({"experts": "eager"}, {"experts_implementation": "eager"}),
    ],
)
def test_attention_is_said_only_where_it_was_asked(
    plan: Planner, attention: dict[str, Any], keywords: dict[str, Any]
) -> None:
    said = model_call(plan({"attention": attention})).kwargs
    assert {k: v for k, v in said.items() if k.endswith("implementation")} == keywords


def test_an_alias_is_called_by_the_configs_own_name(plan: Planner) -> None:
    gpt2 = replace(LLAMA, attribute_map={"hidden_size": "n_embd"})
    spec = {"model": {"id": "models/chat", "config": {"hidden_size": 32}}}
    assert plan(spec, architecture=gpt2).calls[0].kwargs["n_embd"] == 32


def test_a_nested_override_brings_along_what_the_checkpoint_says_beside_it(plan: Planner) -> None:
    held = {**(CHECKPOINT.config or {}), "rope_parameters": {"rope_type": "default", "x": 1}}
    spec = {"model": {"id": "models/chat", "config": {"rope_parameters": {"x": 2}}}}
    calls = plan(spec, checkpoint=replace(CHECKPOINT, config=held)).calls
    assert calls[0].kwargs["rope_parameters"] == {"rope_type": "default", "x": 2}


def test_a_whole_checkpoint_needs_no_seed(plan: Planner) -> None:
    assert plan().calls[0].name == "model"


def test_a_head_that_the_checkpoint_lacks_is_drawn_from_the_seed(plan: Planner) -> None:
    headless = replace(CHECKPOINT, config={"model_type": "llama", "architectures": ["LlamaModel"]})
    seeded = plan({"weights": {"kind": "pretrained", "seed": 3}}, checkpoint=headless).calls[0]
    assert (seeded.target, seeded.args) == ("torch.manual_seed", (3,))


def test_train_mode_is_a_call_after_the_load(plan: Planner) -> None:
    trained = plan({"weights": {"kind": "pretrained", "mode": "train"}})
    assert trained.calls[trained.model + 1].target == "torch.nn.Module.train"


def test_a_structure_is_built_from_what_is_known_while_nothing_is_at_hand(plan: Planner) -> None:
    known = {"source": "a paper", "config": {"hidden_size": 8, "architectures": ["X"]}}
    spec = {"model": {"id": "org/name", "known": known}, "weights": {"kind": "meta"}}
    built = plan(spec, checkpoint=None)
    assert built.calls[0].kwargs == {"hidden_size": 8}
    assert built.processor is None


def test_an_unknown_task_is_an_error_with_what_to_type(plan: Planner) -> None:
    with pytest.raises(InputError) as error:
        plan(task=None)
    assert error.value.problems[0].hint == "name it, as in `task=causal-lm`"


def test_names_of_labels_replace_the_checkpoints_and_bring_their_numbers(plan: Planner) -> None:
    held = {**(CHECKPOINT.config or {}), "id2label": {"0": "a", "1": "b", "2": "c"}}
    spec = {"task": {"num_labels": 2, "id2label": {0: "no", 1: "yes"}}}
    said = plan(spec, checkpoint=replace(CHECKPOINT, config=held)).calls[0].kwargs
    assert said["id2label"] == {0: "no", 1: "yes"}
    assert said["label2id"] == {"no": 0, "yes": 1}
    assert "num_labels" not in said


def test_what_is_known_of_labels_falls_away_with_an_override(plan: Planner) -> None:
    known = {"source": "a card", "config": {"num_labels": 1000, "hidden_size": 8}}
    spec = {
        "model": {"id": "org/name", "known": known},
        "weights": {"kind": "meta"},
        "task": {"id2label": {0: "no", 1: "yes"}},
    }
    said = plan(spec, checkpoint=None).calls[0].kwargs
    assert set(said) == {"hidden_size", "id2label", "label2id"}


def test_a_kind_for_one_part_leaves_the_other_parts_the_kind_of_the_whole(plan: Planner) -> None:
    composite = replace(LLAMA, sub_configs={"text_config": "llama", "vision_config": "clip"})
    attention = {"kind": "eager", "submodules": {"text_config": "sdpa"}}
    said = model_call(plan({"attention": attention}, architecture=composite)).kwargs
    assert said["attn_implementation"] == {
        "": "eager",
        "text_config": "sdpa",
        "vision_config": "eager",
    }


def test_what_a_processor_does_not_pass_on_is_set_on_the_tokenizer_in_it(plan: Planner) -> None:
    clip = replace(LLAMA, processors=("tokenizer", "image", "processor"))
    held = replace(CHECKPOINT, has_processor=True)
    spec = {"processor": {"kind": "auto", "padding_side": "right"}}
    calls = plan(spec, architecture=clip, checkpoint=held).calls
    assert [call.args[1] for call in calls[-2:]] == ["padding_side", "pad_token"]
    assert calls[-2].args[0] == Ref(1, "tokenizer")


def with_kernels(version: str, **changes: Any) -> dict[str, Any]:
    """Facts of a machine that has the package `kernels`."""
    host = HostFacts(packages={"kernels": version}, devices=(), memory_bytes=16 << 30, **changes)
    return {"host": host}


def test_bitsandbytes_is_imported_where_it_cannot_fetch_a_kernel(plan: Planner) -> None:
    overrides = {"model": {"id": "models/chat", "config": {"attention_dropout": 0.1}}}
    made = plan(overrides | {"quantization": {"method": "bnb_4bit"}}, **with_kernels("0.17.2"))
    assert made.calls[0].target == "importlib.import_module"
    assert made.calls[0].context == Nested(
        "unittest.mock.patch",
        ("kernels.get_kernel",),
        {"side_effect": Named("builtins.ImportError")},
    )
    assert made.calls[model_call(made).kwargs["config"].index].name == "config"


def test_bitsandbytes_is_left_alone_where_there_is_nothing_to_fetch_with(plan: Planner) -> None:
    made = plan({"quantization": {"method": "bnb_4bit"}})
    assert made.calls[0].name == "model"


def test_a_gguf_file_is_unpacked_where_transformers_would_fetch_a_kernel(plan: Planner) -> None:
    file = {"model": {"id": "models/chat", "gguf_file": "a.gguf"}}
    said = model_call(plan(file, **with_kernels("0.18.2"))).kwargs
    assert said["quantization_config"] == Nested(
        "transformers.GgufConfig", kwargs={"dequantize": True}
    )
    assert "quantization_config" not in model_call(plan(file)).kwargs
