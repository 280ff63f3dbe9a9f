"""A recipe's sweep as `check` judges it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]
SOME = """\
model: tiny
device: cpu
sweep:
  precision: [fp32, bf16]
  quantization: [none, fp8]
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(capsys: Captured, text: str, *words: str) -> tuple[int, str]:
    """The exit code of a check of a recipe, and what is printed."""
    Path("mine.yaml").write_text(text)
    return main(["check", "mine.yaml", *words]), capsys.readouterr().out


def test_cells_that_are_refused_are_warned_of_once_with_what_tells_them(capsys: Captured) -> None:
    assert said(capsys, SOME) == (
        0,
        "mine.yaml: ok, 4 cells, 1 warning\n\n"
        "warning: quantization.method: `fp8` runs on `cuda` or `xpu`, and this load goes to `cpu`"
        " (refuses 2 of 4 cells: with `quantization=fp8`)   (mine.yaml:5)\n\n"
        "hint: `quantization=none`\n\n",
    )


def test_where_no_cell_can_run_it_is_an_error(capsys: Captured) -> None:
    code, out = said(capsys, SOME, "quantization=fp8")
    assert code == 3
    assert out.startswith("mine.yaml: 1 error, 2 cells\n\nquantization.method: `fp8` runs on ")


def test_a_typo_in_a_value_is_an_error(capsys: Captured) -> None:
    code, out = said(capsys, SOME.replace("bf16", "bf17"))
    assert code == 2
    assert out.startswith("mine.yaml: 1 error\n\nprecision: `bf17` is no option of `precision`")
    assert out.endswith("(mine.yaml:4)\n\nhint: `precision=bf16`\n\n")


def test_what_is_no_option_with_some_values_alone_refuses_their_cells(capsys: Captured) -> None:
    text = SOME.replace("none, fp8", "none, bnb_4bit") + "  quantization.llm_int8_threshold: [1]\n"
    code, out = said(capsys, text)
    assert code == 2
    assert "it belongs to `quantization=bnb_8bit`" in out


def test_cells_that_no_words_tell_from_the_others_are_named(capsys: Captured) -> None:
    text = "model: tiny\ndevice: cpu\nsweep: {quantization: [none, fp8, mxfp4, bnb_8bit, spqr]}\n"
    _, out = said(capsys, text, "--json")
    problems = json.loads(out)["results"][0]["problems"]
    assert all("of 5 cells: with `quantization=" in problem["message"] for problem in problems)


def test_json_counts_the_cells(capsys: Captured) -> None:
    _, out = said(capsys, "model: tiny\nsweep: {precision: [fp32, bf16]}\n", "--json")
    assert json.loads(out)["results"] == [
        {"recipe": "mine.yaml", "ok": True, "problems": [], "cells": 2}
    ]


def test_the_checkpoint_is_judged_too_where_that_is_asked(capsys: Captured) -> None:
    text = "model: tiny\nsweep: {model.config.num_hidden_layers: [4, 5]}\n"
    assert said(capsys, text)[0] == 0
    code, out = said(capsys, text, "--checkpoint")
    assert (code, "(refuses 1 of 2 cells: with `model.config.num_hidden_layers=5`)" in out) == (
        0,
        True,
    )
