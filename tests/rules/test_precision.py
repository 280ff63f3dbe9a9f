"""Can the devices compute in the dtype?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.making import CPU, LLAMA, checkpoint, facts, gpus, spec
from yaie.errors import Problem
from yaie.facts.host import APPLE_DTYPES, DeviceFacts
from yaie.facts.hosts import named_host
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said

MPS = replace(
    CPU,
    devices=(
        DeviceFacts(
            kind="mps",
            index=0,
            name="M4",
            memory_bytes=2**35,
            compute_capability=None,
            dtypes=APPLE_DTYPES,
        ),
    ),
)


@pytest.mark.parametrize("device", [{"kind": "auto"}, {"kind": "none"}])
def test_half_precision_on_a_cpu_is_said(device: dict[str, str]) -> None:
    assert judge(spec(precision={"dtype": "float16"}, device=device), facts()) == (
        said(
            "precision.dtype",
            "`float16` on a CPU is slower than `float32` and overflows above 65504",
            "`precision=fp32`, or `precision=bf16`",
        ),
    )


def test_half_precision_on_a_gpu_is_no_problem() -> None:
    asked = spec(precision={"dtype": "float16"}, device={"kind": "auto"})
    assert judge(asked, facts(host=gpus())) == ()


def test_emulated_bfloat16_is_said() -> None:
    asked = spec(precision={"dtype": "bfloat16"}, device={"kind": "auto"})
    assert judge(asked, facts(host=gpus(capability=(7, 5)))) == (
        said(
            "precision.dtype",
            "`bfloat16` is emulated, slowly, on a CUDA device of capability 7.5; devices of 8.0 and"
            " newer have units for it",
            "`precision=fp16`, or `precision=fp32`",
        ),
    )


def test_float64_on_mps_is_refused() -> None:
    asked = spec(precision={"dtype": "float64"}, device={"kind": "single", "device": "mps"})
    assert judge(asked, facts(host=MPS)) == (
        refused(
            "precision.dtype",
            "`float64` does not exist on `mps` devices",
            "`precision=fp32`, or `device=cpu`",
        ),
    )


AUTO = {"kind": "auto"}


def on(host: str, dtype: str, **device: object) -> tuple[Problem, ...]:
    asked = spec(precision={"dtype": dtype}, device=device or AUTO)
    return judge(asked, facts(host=named_host(host)))


def test_half_precision_without_units_for_it_is_said() -> None:
    assert on("gtx1080ti", "float16") == (
        said(
            "precision.dtype",
            "`float16` is slow on a CUDA device of capability 6.1; devices of 7.0 and newer have"
            " units for it",
            "`precision=fp32`",
        ),
    )


def test_a_dtype_that_config_json_says_is_judged_as_well() -> None:
    held = checkpoint(config={"model_type": "llama", "dtype": "bfloat16"})
    (problem,) = judge(spec(device=AUTO), facts(checkpoint=held, host=named_host("t4")))
    assert problem.message.startswith(
        "`bfloat16`, from config.json, is emulated, slowly, on a CUDA"
    )


@pytest.mark.parametrize(
    ("host", "dtype"),
    [("t4", "float16"), ("p100", "float16"), ("l4", "bfloat16"), ("m1-8gb", "bfloat16")],
)
def test_a_dtype_that_a_device_has_is_no_problem(host: str, dtype: str) -> None:
    assert on(host, dtype) == ()


def test_a_device_that_does_not_compute_is_not_judged() -> None:
    assert on("t4", "bfloat16", kind="single", device="cpu") == ()


def test_float64_is_refused_where_a_gpu_has_none() -> None:
    (problem,) = on("arc-a770", "float64", kind="single", device="xpu:0")
    assert problem.message == "`float64` does not exist on Intel Arc A770 16GB"


def test_float64_on_a_gpu_that_has_it_is_no_problem() -> None:
    assert on("t4", "float64", kind="map", map={"": 0}) == ()


def test_parameters_that_a_class_draws_in_float32_alone_are_refused_in_another_dtype() -> None:
    stuck = replace(LLAMA.classes["base"], left_in_fp32=("layers.*.A_log",))
    there = facts(architecture=replace(LLAMA, classes={"base": stuck}), task="base")
    asked = spec(precision={"dtype": "bfloat16"}, weights={"kind": "meta"})
    assert judge(asked, there) == (
        refused(
            "precision.dtype",
            "`bfloat16` was asked, and `LlamaModel` makes `layers.*.A_log` in float32 where its"
            " weights are `meta`",
            "`precision=fp32`",
        ),
    )


def test_from_config_leaves_them_in_float32_whatever_is_asked() -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    with torch.device("meta"):
        model = AutoModel.from_config(AutoConfig.for_model("zamba"), dtype=torch.bfloat16)
    assert model.layers[0].mamba.A_log.dtype == torch.float32
