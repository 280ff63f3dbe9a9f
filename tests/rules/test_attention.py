"""Has the class the kernel, and the machine what the kernel needs?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import LLAMA, LLAVA, checkpoint, facts, gpus, model_class, spec
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong

FLASH = gpus(flash_attn="2.8.3")


def attending(kind: str, *, dtype: str = "bfloat16", **groups: Any) -> Any:
    return spec(
        attention={"kind": kind},
        precision={"dtype": dtype},
        **({"device": {"kind": "auto"}} | groups),
    )


def only(*kinds: str) -> Any:
    """A Llama whose class runs on these kinds alone."""
    model = model_class("LlamaForCausalLM", head="lm_head", attention=kinds)
    return replace(LLAMA, classes={"causal-lm": model})


@pytest.mark.parametrize("kind", ["auto", "eager", "sdpa", "flash_attention_2", "flex_attention"])
def test_kinds_that_run_on_a_gpu_are_no_problem(kind: str) -> None:
    assert judge(attending(kind), facts(host=FLASH)) == ()


def test_an_unknown_kind_is_an_input_error_with_the_one_that_was_meant() -> None:
    assert judge(attending("flash_atention_2"), facts()) == (
        wrong(
            "attention.kind",
            "`flash_atention_2` is no attention kind; there are `auto`, `eager`, `sdpa`,"
            " `flash_attention_2`, `flash_attention_3`, `flash_attention_4`, `flex_attention`, and"
            " hub kernels as `org/name`",
            "`attention=flash_attention_2`",
        ),
    )


def test_a_kind_that_the_class_does_not_run_on_is_refused() -> None:
    assert judge(attending("sdpa"), facts(architecture=only("eager"))) == (
        refused(
            "attention.kind",
            "`LlamaForCausalLM` does not run on `sdpa`; it runs on `eager`",
            "`attention=eager`",
        ),
    )


def test_flash_attention_needs_its_package() -> None:
    assert judge(attending("flash_attention_2"), facts(host=gpus())) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs the package `flash-attn`, which is not installed",
            "`attention=sdpa`, or `pip install flash-attn`",
        ),
    )


def test_a_kernel_is_not_fetched_from_the_hub_in_place_of_the_package() -> None:
    (problem,) = judge(attending("flash_attention_3"), facts(host=gpus(kernels="0.18.2")))
    assert problem.message == (
        "`flash_attention_3` needs the package `flash-attn-3`, which is not installed, and"
        " transformers would fetch a kernel from the hub in its place"
    )


def test_flash_attention_needs_an_accelerator() -> None:
    device = {"kind": "single", "device": "cpu"}
    assert judge(attending("flash_attention_2", device=device), facts(host=FLASH)) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs a CUDA device, and the model goes to `cpu`",
            "`attention=sdpa`",
        ),
    )


def test_flash_attention_needs_a_new_device() -> None:
    old = gpus(capability=(7, 5), flash_attn="2.8.3")
    assert judge(attending("flash_attention_2", dtype="float16"), facts(host=old)) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs a CUDA device of capability 8.0, and this machine's is 7.5",
            "`attention=sdpa`",
        ),
    )


def test_flash_attention_needs_16_bit() -> None:
    assert judge(attending("flash_attention_2", dtype="float32"), facts(host=FLASH)) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs float16 or bfloat16, but `precision.dtype` is `float32`",
            "`precision=bf16`, or `attention=sdpa`",
        ),
    )


def test_flash_attention_takes_the_checkpoints_own_16_bit() -> None:
    here = facts(host=FLASH, checkpoint=checkpoint())
    assert judge(attending("flash_attention_2", dtype="auto"), here) == ()


def test_flash_attention_refuses_the_checkpoints_own_32_bit() -> None:
    held = checkpoint(config={"model_type": "llama", "torch_dtype": "float32"})
    (problem,) = judge(
        attending("flash_attention_2", dtype="auto"), facts(host=FLASH, checkpoint=held)
    )
    assert problem.message == (
        "`flash_attention_2` needs float16 or bfloat16, but `precision.dtype` takes `float32` from"
        " config.json"
    )


def test_a_hub_kernel_needs_the_package_kernels() -> None:
    assert judge(attending("kernels-community/flash-attn2"), facts(host=gpus())) == (
        refused(
            "attention.kind",
            "`kernels-community/flash-attn2` is a kernel of the hub, and the package `kernels` is"
            " not installed",
            "`attention=sdpa`, or `pip install kernels`",
        ),
    )


def test_flex_attention_on_a_cpu_is_said() -> None:
    assert judge(attending("flex_attention"), facts()) == (
        said(
            "attention.kind",
            "`flex_attention` on a CPU runs under `torch.no_grad()` only",
            "`attention=sdpa`",
        ),
    )


def test_flex_attention_does_not_train_on_a_cpu() -> None:
    train = {"kind": "pretrained", "mode": "train"}
    assert judge(attending("flex_attention", weights=train), facts()) == (
        refused(
            "attention.kind",
            "`flex_attention` has no backward pass on a CPU, and `weights.mode` is `train`",
            "`attention=sdpa`",
        ),
    )


def test_attention_weights_need_the_eager_kernel() -> None:
    asked = attending("sdpa", model={"config": {"output_attentions": True}})
    assert judge(asked, facts()) == (
        refused(
            "attention.kind",
            "`output_attentions` needs the `eager` kernel, not `sdpa`",
            "`attention=eager`",
        ),
    )


def test_a_part_with_a_kernel_of_its_own_is_a_sub_config() -> None:
    asked = spec(attention={"submodules": {"vision_confg": "eager"}})
    assert judge(asked, facts(architecture=LLAVA, model_type="llava")) == (
        wrong(
            "attention.submodules.vision_confg",
            "`llava` has no sub-config `vision_confg`; it has `text_config`, `vision_config`",
            "`~attention.submodules.vision_confg attention.submodules.vision_config=eager`",
        ),
    )


def test_an_unknown_kind_of_a_part_is_an_input_error() -> None:
    asked = spec(attention={"submodules": {"vision_config": "egaer"}})
    (problem,) = judge(asked, facts(architecture=LLAVA, model_type="llava"))
    assert (problem.path, problem.hint) == (
        "attention.submodules.vision_config",
        "`attention.submodules.vision_config=eager`",
    )


def test_experts_are_chosen_in_a_mixture() -> None:
    mixture = model_class("MixtralForCausalLM", head="lm_head", experts=("eager", "grouped_mm"))
    asked = spec(attention={"experts": "batched_mm"})
    assert judge(asked, facts(architecture=replace(LLAMA, classes={"causal-lm": mixture}))) == ()


def test_experts_are_not_chosen_where_there_are_none() -> None:
    assert judge(spec(attention={"experts": "batched_mm"}), facts()) == (
        refused(
            "attention.experts",
            "`LlamaForCausalLM` has no experts whose kernel could be chosen",
            "`attention.experts=auto`",
        ),
    )


def stored(**config: Any) -> Any:
    return facts(checkpoint=checkpoint(config={"model_type": "llama"} | config))


@pytest.mark.parametrize(
    "value", ["org/kernel", {"": "org/kernel"}], ids=["by name", "in a mapping"]
)
@pytest.mark.parametrize("field", ["attn_implementation", "_attn_implementation_internal"])
def test_a_config_json_cannot_name_a_kernel(field: str, value: Any) -> None:
    assert judge(spec(), stored(**{field: value})) == (
        refused(
            "model.id",
            f"config.json asks for the hub kernel `org/kernel` by `{field}`, and a kernel is code"
            " that runs here",
            "`attention=sdpa`",
        ),
    )


def test_a_part_of_config_json_cannot_name_a_kernel() -> None:
    (problem,) = judge(spec(), stored(text_config={"experts_implementation": "org/kernel"}))
    assert problem.message.startswith("`text_config` of config.json asks for the hub kernel")
    assert problem.hint == "`attention.experts=eager`"


def test_an_asked_kind_outweighs_the_one_of_config_json() -> None:
    asked = spec(attention={"kind": "sdpa"})
    assert judge(asked, stored(attn_implementation="org/kernel")) == ()
