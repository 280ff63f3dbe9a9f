"""Group `precision`: can the devices compute in the dtype?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.placement import kinds
from yaie.rules.problems import refused, said
from yaie.rules.reading import capability, has_numbers
from yaie.spec.load_spec import LoadSpec


def half_precision_is_slow_on_cpu(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """float16 on a CPU computes, slowly, and overflows above 65,504."""
    if spec.precision.dtype == "float16" and has_numbers(spec) and kinds(spec, facts) == {"cpu"}:
        yield said(
            "precision.dtype",
            "`float16` on a CPU is slower than `float32` and overflows above 65504",
            "`precision=fp32`, or `precision=bf16`",
        )


def bfloat16_needs_ampere(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """CUDA devices compute in bfloat16 from capability 8.0 on; older ones emulate it."""
    found = capability(facts)
    on_cuda = has_numbers(spec) and "cuda" in kinds(spec, facts)
    if spec.precision.dtype == "bfloat16" and on_cuda and found is not None and found < (8, 0):
        yield said(
            "precision.dtype",
            f"`bfloat16` is emulated, slowly, on a CUDA device of capability {found[0]}.{found[1]};"
            " devices of 8.0 and newer have it",
            "`precision=fp16`",
        )


def mps_has_no_float64(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Apple's GPUs have no 64-bit floats."""
    if spec.precision.dtype == "float64" and has_numbers(spec) and "mps" in kinds(spec, facts):
        yield refused(
            "precision.dtype",
            "`float64` does not exist on `mps` devices",
            "`precision=fp32`, or `device=cpu`",
        )
