"""Is FlashAttention there, and does it take the model?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.making import (
    CPU,
    FLASH,
    LLAMA,
    LLAVA,
    attending,
    checkpoint,
    facts,
    fields,
    gpus,
    spec,
)
from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.host import DeviceFacts, HostFacts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said


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


def of_devices(kind: str, **packages: str) -> HostFacts:
    """A machine with one device of a kind that is not CUDA's."""
    device = DeviceFacts(kind=kind, index=0, name=kind, memory_bytes=2**35, compute_capability=None)
    return replace(CPU, devices=(device,), packages={**CPU.packages, **packages})


TRAIN = {"kind": "pretrained", "mode": "train"}


def test_an_old_package_is_refused() -> None:
    assert judge(attending("flash_attention_2"), facts(host=gpus(flash_attn="2.2.0"))) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs flash-attn 2.3.3 or newer, and 2.2.0 is here",
            "`attention=sdpa`, or `pip install flash-attn`",
        ),
    )


def test_a_kernels_package_that_transformers_does_not_take_fetches_nothing() -> None:
    (problem,) = judge(attending("flash_attention_2"), facts(host=gpus(kernels="0.17.2")))
    assert problem.message == (
        "`flash_attention_2` needs the package `flash-attn`, which is not installed"
    )


def test_a_machine_without_a_device_has_no_flash_attention_even_on_meta() -> None:
    host = replace(CPU, packages={**CPU.packages, "flash-attn": "2.8.3"})
    asked = attending("flash_attention_2", weights={"kind": "meta"}, device={"kind": "none"})
    assert judge(asked, facts(host=host)) == (
        refused(
            "attention.kind",
            "`flash_attention_2` needs a CUDA device, and this machine has none",
            "`attention=sdpa`",
        ),
    )


def test_a_model_that_is_moved_later_is_said_to_need_it() -> None:
    asked = attending("flash_attention_2", device={"kind": "none"})
    assert judge(asked, facts(host=FLASH)) == (
        said(
            "attention.kind",
            "`flash_attention_2` computes on a CUDA device, and the model is left on the CPU, to be"
            " moved before it is called",
            "`device=auto`",
        ),
    )


def test_ascend_brings_flash_attention_itself() -> None:
    assert judge(attending("flash_attention_2"), facts(host=of_devices("npu"))) == ()


def test_an_ascend_device_runs_no_newer_flash_attention() -> None:
    host = of_devices("npu", **{"flash-attn-3": "3.0.0"})
    (problem,) = judge(attending("flash_attention_3"), facts(host=host))
    assert problem.message == "`flash_attention_3` needs a CUDA device, and this machine has none"


def test_version_4_is_for_hopper_and_newer() -> None:
    host = gpus(capability=(8, 9), flash_attn_4="4.0.0")
    (problem,) = judge(attending("flash_attention_4"), facts(host=host))
    assert problem.message == (
        "`flash_attention_4` needs a CUDA device of capability 9.0, and this machine's is 8.9"
    )


def test_wide_heads_are_refused() -> None:
    asked = attending("flash_attention_2", model={"config": {"head_dim": 512}})
    problems = judge(asked, facts(host=FLASH, architecture=with_fields(head_dim="int | None")))
    assert problems == (
        refused(
            "attention.kind",
            "`flash_attention_2` has kernels for heads of up to 256, and those of the model are 512"
            " wide",
            "`attention=sdpa`",
        ),
    )


def test_the_width_of_a_head_follows_from_the_hidden_size() -> None:
    wide = {"hidden_size": 2048, "num_attention_heads": 4}
    asked = attending("flash_attention_2", model={"config": wide})
    assert "those of the model are 512 wide" in judge(asked, facts(host=FLASH))[-1].message


@pytest.mark.parametrize(("kind", "package"), [("flash_attention_3", "flash_attn_3")])
def test_newer_versions_have_no_dropout(kind: str, package: str) -> None:
    asked = attending(kind, weights=TRAIN, model={"config": {"attention_dropout": 0.1}})
    assert judge(asked, facts(host=gpus(**{package: "3.0.0"}))) == (
        refused(
            "attention.kind",
            f"`{kind}` has no dropout, and `attention_dropout` is 0.1 while `weights.mode` is"
            " `train`",
            "`model.config.attention_dropout=0.0`, or `attention=sdpa`",
        ),
    )


def test_newer_versions_ask_for_a_dropout() -> None:
    asked = attending("flash_attention_3", model={"config": {"attention_dropout": None}})
    optional = with_fields(attention_dropout="float | None")
    assert judge(asked, facts(host=gpus(flash_attn_3="3.0.0"), architecture=optional)) == (
        refused(
            "model.config.attention_dropout",
            "`null` was asked, and `flash_attention_3` is taken where it is a number",
            "`model.config.attention_dropout=0.0`, or `attention=sdpa`",
        ),
    )


def test_version_2_has_dropout() -> None:
    asked = attending(
        "flash_attention_2", weights=TRAIN, model={"config": {"attention_dropout": 0.1}}
    )
    assert judge(asked, facts(host=FLASH)) == ()


def test_an_old_version_does_not_cap_logits() -> None:
    host = gpus(flash_attn="2.5.9")
    asked = attending("flash_attention_2", model={"config": {"attn_logit_softcapping": 50.0}})
    capped = with_fields(attn_logit_softcapping="float | None")
    (problem,) = judge(asked, facts(host=host, architecture=capped))
    assert problem.message == (
        "`attn_logit_softcapping` needs flash-attn 2.6.0 or newer, and 2.5.9 is here"
    )


def test_a_part_is_judged_as_the_whole_is() -> None:
    asked = spec(
        attention={"submodules": {"text_config": "flash_attention_2"}},
        precision={"dtype": "float32"},
        device={"kind": "auto"},
    )
    assert judge(asked, facts(host=FLASH, architecture=LLAVA, model_type="llava")) == (
        refused(
            "attention.submodules.text_config",
            "`flash_attention_2` needs float16 or bfloat16, but `precision.dtype` is `float32`",
            "`precision=bf16`, or `attention.submodules.text_config=sdpa`",
        ),
    )


def test_what_config_json_asks_for_is_judged_too() -> None:
    config = {"model_type": "llama", "attn_implementation": "flash_attention_2"}
    (problem,) = judge(spec(), facts(checkpoint=checkpoint(config=config)))[:1]
    assert problem.message == (
        "`flash_attention_2` needs the package `flash-attn`, which is not installed"
    )


def with_fields(**types: str) -> ArchitectureFacts:
    """A Llama whose config has these fields too."""
    return replace(LLAMA, fields={**LLAMA.fields, **fields(**types)})


@pytest.mark.parametrize("capability", [(10, 0), (12, 0)])
def test_version_3_is_not_built_for_blackwell(capability: tuple[int, int]) -> None:
    host = gpus(capability=capability, flash_attn_3="3.0.0")
    (problem,) = judge(attending("flash_attention_3"), facts(host=host))
    assert problem.message == (
        "`flash_attention_3` has kernels for CUDA devices of capability below 10.0, and this"
        f" machine's is {capability[0]}.{capability[1]}"
    )


@pytest.mark.parametrize("capability", [(8, 0), (8, 9), (9, 0)])
def test_version_3_runs_on_ampere_ada_and_hopper(capability: tuple[int, int]) -> None:
    host = gpus(capability=capability, flash_attn_3="3.0.0")
    assert judge(attending("flash_attention_3"), facts(host=host)) == ()
