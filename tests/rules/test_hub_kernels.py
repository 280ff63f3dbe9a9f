"""Code of the hub runs only where it is asked for, by id and revision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import (
    CPU,
    LLAMA,
    LLAVA,
    attending,
    checkpoint,
    facts,
    gpus,
    model_class,
    spec,
)
from yaie.rules import unasked_kernels
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said


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


@pytest.mark.parametrize("kind", ["deepgemm", "sonicmoe"])
def test_a_config_json_cannot_name_experts_that_are_fetched(kind: str) -> None:
    (problem,) = judge(spec(), stored(experts_implementation=kind))
    assert problem.message.startswith(f"config.json asks for the hub kernel `{kind}`")


NAMED = "kernels-community/flash-attn2@v4"
WITH_KERNELS = gpus(kernels="0.18.2")


def test_a_hub_kernel_by_id_and_revision_is_no_problem() -> None:
    assert judge(attending(NAMED), facts(host=WITH_KERNELS)) == ()


@pytest.mark.parametrize(
    ("kind", "pinned"),
    [
        ("kernels-community/flash-attn2", "kernels-community/flash-attn2@v4"),
        ("kernels-community/flash-attn4", "kernels-community/flash-attn4@v0"),
        ("org/kernel:attend", "org/kernel@v1:attend"),
    ],
)
def test_a_hub_kernel_says_its_revision(kind: str, pinned: str) -> None:
    assert judge(attending(kind), facts(host=WITH_KERNELS)) == (
        refused(
            "attention.kind",
            f"`{kind}` is code of the hub, and no revision of it is named",
            f"`attention={pinned}`, or a commit in place of the version",
        ),
    )


def test_a_hub_kernel_needs_the_package_kernels() -> None:
    assert judge(attending(NAMED), facts(host=gpus())) == (
        refused(
            "attention.kind",
            f"`{NAMED}` is a kernel of the hub, which needs the package `kernels`, which is not"
            " installed",
            "`attention=sdpa`, or `pip install 'kernels>=0.18.2,<0.19.0'`",
        ),
    )


@pytest.mark.parametrize(
    ("version", "wanted"), [("0.17.2", "0.18.2 or newer"), ("0.19.0", "before 0.19.0")]
)
def test_a_hub_kernel_needs_a_version_of_it_that_transformers_takes(
    version: str, wanted: str
) -> None:
    (problem,) = judge(attending(NAMED), facts(host=gpus(kernels=version)))
    assert problem.message == (
        f"`{NAMED}` is a kernel of the hub, which needs kernels {wanted}, and {version} is here"
    )


def test_a_hub_kernel_is_built_for_some_devices() -> None:
    host = replace(WITH_KERNELS, devices=())
    assert judge(attending(NAMED), facts(host=host)) == (
        refused(
            "attention.kind",
            "`kernels-community/flash-attn2` is built for `cuda`, `xpu`, and the model goes to"
            " `cpu`",
            "`attention=sdpa`",
        ),
    )


def test_a_hub_kernel_needs_a_new_device() -> None:
    host = gpus(capability=(7, 5), kernels="0.18.2")
    (problem,) = judge(attending(NAMED, dtype="float16"), facts(host=host))
    assert problem.message.startswith(
        "`kernels-community/flash-attn2` needs a CUDA device of capability 8.0"
    )


def test_flash_attention_of_the_hub_needs_16_bit() -> None:
    (problem,) = judge(attending(NAMED, dtype="float32"), facts(host=WITH_KERNELS))
    assert problem.hint == "`precision=bf16`, or `attention=sdpa`"


def test_a_hub_kernel_of_a_part_is_judged_as_well() -> None:
    asked = spec(attention={"submodules": {"text_config": "org/kernel"}})
    problems = judge(asked, facts(architecture=LLAVA, host=WITH_KERNELS))
    assert [(p.path, p.hint) for p in problems] == [
        (
            "attention.submodules.text_config",
            "`attention.submodules.text_config=org/kernel@v1`, or a commit in place of the version",
        )
    ]


OWN = "kernels-community/vllm-flash-attn3"


def test_a_class_with_a_kernel_of_its_own_takes_no_revision() -> None:
    model = model_class("GptOssForCausalLM", head="lm_head", attention=("eager", OWN))
    architecture = replace(LLAMA, classes={"causal-lm": model})
    asked = attending(f"{OWN}@v1")
    assert judge(asked, facts(architecture=architecture, host=WITH_KERNELS)) == (
        refused(
            "attention.kind",
            f"`GptOssForCausalLM` runs `{OWN}` in place of `{OWN}@v1`, at no revision that can be"
            " named",
            "`attention=eager`",
        ),
    )


def test_a_class_without_flash_attention_has_none_of_the_hub_either() -> None:
    model = model_class("CodeGenForCausalLM", head="lm_head", attention=("eager",))
    architecture = replace(LLAMA, classes={"causal-lm": model})
    assert judge(attending(NAMED), facts(architecture=architecture, host=WITH_KERNELS)) == (
        refused(
            "attention.kind",
            "`CodeGenForCausalLM` does not run on FlashAttention, by a kernel of the hub either; it"
            " runs on `eager`",
            "`attention=eager`",
        ),
    )


def test_flash_attention_on_xpu_is_a_hub_kernel() -> None:
    (device,) = gpus().devices
    xpu = replace(device, kind="xpu", compute_capability=None)
    host = replace(CPU, devices=(xpu,), packages={**CPU.packages, "flash-attn": "2.8.3"})
    problems = judge(attending("flash_attention_2"), facts(host=host))
    assert problems[-1] == refused(
        "attention.kind",
        "on `xpu` `flash_attention_2` is the hub kernel `kernels-community/flash-attn2`, and a"
        " kernel is asked for by its id",
        f"`attention={NAMED}`, or `attention=sdpa`",
    )


@pytest.mark.parametrize("model_type", [*unasked_kernels.WHEN_BUILT, *unasked_kernels.WHEN_CALLED])
def test_an_architecture_that_fetches_a_kernel_unasked_is_refused(model_type: str) -> None:
    (problem,) = judge(spec(), facts(model_type=model_type, host=WITH_KERNELS))[-1:]
    assert problem.message.startswith(f"`{model_type}` fetches the hub kernel `kernels-community/")
    assert problem.hint == "`pip uninstall kernels`: it computes without"


def test_an_architecture_that_cannot_fetch_one_is_no_problem() -> None:
    fetching = facts(model_type="rwkv", host=WITH_KERNELS)
    assert judge(spec(), replace(fetching, host=gpus())) == judge(
        spec(), replace(fetching, host=gpus(kernels="0.17.2"))
    )


def test_a_method_that_is_a_hub_kernel_says_which() -> None:
    asked = spec(quantization={"method": "eetq"}, device={"kind": "single", "device": "cuda"})
    assert judge(asked, facts(host=WITH_KERNELS))[-1] == said(
        "quantization.method",
        "`eetq` computes by the hub kernel `kernels-community/quantization-eetq`, which"
        " transformers fetches at no revision that can be named",
        "`quantization=none`",
    )


def test_a_method_whose_kernel_cannot_be_fetched_says_nothing_of_it() -> None:
    asked = spec(quantization={"method": "eetq"}, device={"kind": "single", "device": "cuda"})
    messages = [problem.message for problem in judge(asked, facts(host=gpus()))]
    assert not any("computes by the hub kernel" in message for message in messages)
