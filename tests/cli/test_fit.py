"""`fit`: the first line is a command to paste."""

import json
import shlex

import pytest

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]
WORDS = ["model=tiny", "precision=fp32", "attention=auto"]


def test_the_first_line_is_a_command_that_is_checked_to_be_right(capsys: Captured) -> None:
    assert main(["fit", *WORDS, "quantization=none", "--host", "rtx4090"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert (
        first
        == "python -m yaie model=tiny precision=fp32 attention=auto quantization=none device=cuda:0"
    )
    assert main(["check", *shlex.split(first)[3:], "--host", "rtx4090"]) == 0


def test_cells_as_json(capsys: Captured) -> None:
    words = [*WORDS, "quantization=none,bnb_4bit", "device=cpu"]
    assert main(["fit", *words, "--context", "64,128", "--json"]) == 0
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert [cell["cell"] for cell in cells][::2] == [
        {"quantization": "none"},
        {"quantization": "bnb_4bit"},
    ]
    assert {cell["use"]["context"] for cell in cells} == {64, 128}
    assert all(cell["fits"] and cell["memory"]["weights_bytes"] for cell in cells)


def test_where_nothing_fits_the_reasons_are_told(capsys: Captured) -> None:
    words = ["model=llama2-70b", "precision=bf16", "quantization=none", "device=cuda:0"]
    assert main(["fit", *words, "attention=auto", "--host", "t4"]) == 3
    assert capsys.readouterr().out == (
        "# nothing fits\n"
        "# 1 combination does not:\n"
        "#   as asked: 138 GB of weights do not fit `cuda:0`, which has 16.1 GB\n"
    )


def test_an_option_that_is_none_is_told_before_any_cell(capsys: Captured) -> None:
    assert main(["fit", "model=tiny", "precision=bf16,fp17"]) == 2
    assert "fp17" in capsys.readouterr().err


def test_what_a_cpu_of_unknown_memory_would_decide_does_not_fit_for_sure(capsys: Captured) -> None:
    words = ["model=llama2-70b", "precision=bf16", "quantization=none", "attention=auto"]
    assert main(["fit", *words, "device=cpu", "--host", "t4", "--json"]) == 3
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert cell["fits"] is None


def test_a_mistake_that_every_cell_has_is_one_of_the_input(capsys: Captured) -> None:
    words = ["model=llama2", "model.config.hidden_sizee=3", "precision=bf16", "device=cpu"]
    assert main(["fit", *words, "quantization=none,bnb_4bit"]) == 2
    assert "has no field `hidden_sizee`" in capsys.readouterr().out


def test_what_could_not_be_judged_stands_apart_with_what_it_lacks(capsys: Captured) -> None:
    words = ["model=llama2", "precision=bf16", "quantization=sinq", "device=cuda:0"]
    assert main(["fit", *words, "attention=auto", "--host", "rtx4090"]) == 3
    assert capsys.readouterr().out == (
        "# nothing is known to fit\n"
        "# 1 combination could not be judged:\n"
        "#   as asked: the memory cannot be foreseen without the package `sinq`, which is not"
        " installed here: `pip install sinq`\n"
    )
