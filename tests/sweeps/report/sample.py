"""Rows as sweeps make them, without a sweep."""

from __future__ import annotations

from yaie.errors import Fault, Problem
from yaie.sweeps.row import Row, Status

WARNING = Problem(path="precision", message="rounded", severity="warning")
REFUSAL = Problem(
    path="quantization",
    message="`fp8` runs on `cuda`",
    hint="`quantization=none`",
    fault=Fault.UNSUPPORTED,
)

MACHINE = {
    "host": "n7",
    "system": "Linux x86_64",
    "cpu": "EPYC 9654",
    "cores": 2,
    "memory_bytes": 25_000_000_000,
    "devices": ["H200", "H200"],
    "versions": {"Python": "3.11.9", "torch": "2.13.0"},
}


def loaded(number: int, measured: int = 1000, kl: float | None = None, /, **cell: str) -> Row:
    """A cell that was loaded, of so many bytes and such a divergence."""
    return Row(
        number=number,
        cell=cell or {"precision": f"p{number}"},
        status=Status.OK,
        exit_code=0,
        seconds={"check": 0.5, "import": 9.0, "load": 1.5, "process": 12.0},
        memory={"cpu": {"predicted_bytes": measured + 1, "measured_bytes": measured}},
        reference=None if kl is None else 0,
        log=f"cells/{number}/log.txt",
        measures={"parameters": 7} if kl is None else {"parameters": 7, "kl_divergence": kl},
    )


def refused(number: int, problem: Problem = REFUSAL, /, **cell: str) -> Row:
    return Row(
        number=number, cell=cell, status=Status.REFUSED, problems=(WARNING, problem), exit_code=3
    )


def same(number: int, first: int, /, **cell: str) -> Row:
    return Row(number=number, cell=cell, status=Status.SAME, same_as=first)


ROWS = (
    loaded(0, 4_000_000, 0.0, precision="fp32", quantization="none"),
    loaded(1, 2_000_000, 0.001, precision="bf16", quantization="none"),
    loaded(2, 2_500_000, 0.002, precision="fp16", quantization="none"),
    loaded(3, 800_000, 0.1, precision="bf16", quantization="bnb_4bit"),
    refused(4, precision="bf16", quantization="fp8"),
    same(5, 0, precision="auto", quantization="none"),
)
"""Cells 3, 1 and 0 are those that no other beats in memory and divergence."""
