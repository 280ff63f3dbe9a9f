"""Cells of one fate are named by what they share."""

from __future__ import annotations

from dataclasses import replace

from tests.sweeps.report.sample import loaded, refused
from yaie.sweeps.report.cohort import listed, shared

ROWS = [
    (refused if quantization == "fp8" else loaded)(
        2 * n + m, precision=p, quantization=quantization
    )
    for n, p in enumerate(("fp32", "bf16", "fp16"))
    for m, quantization in enumerate(("none", "fp8"))
]


def test_all_cells_of_a_value_are_named_by_it() -> None:
    assert shared(ROWS[1::2], ROWS) == "3 cells: quantization=fp8"


def test_a_value_that_all_have_tells_nothing() -> None:
    rows = [replace(row, cell={**row.cell, "attention": "sdpa"}) for row in ROWS]
    assert shared(rows[1::2], rows) == "3 cells: quantization=fp8"
    assert shared(rows, rows) is None


def test_some_of_them_are_named_one_by_one() -> None:
    more = [*ROWS, loaded(6, precision="auto", quantization="fp8")]
    assert listed(ROWS[1::2], more) == "fp32 · fp8, bf16 · fp8, fp16 · fp8"


def test_few_and_those_that_share_nothing_are_named_one_by_one() -> None:
    assert shared(ROWS[:2], ROWS) is None
    assert shared(ROWS, ROWS) is None
