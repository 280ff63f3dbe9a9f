"""Can the devices compute in the dtype?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.making import CPU, facts, gpus, spec
from yaie.facts.host import DeviceFacts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said

MPS = replace(
    CPU,
    devices=(
        DeviceFacts(kind="mps", index=0, name="M4", memory_bytes=2**35, compute_capability=None),
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
            " newer have it",
            "`precision=fp16`",
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
