"""Cells are measured in their own processes, the reference first; what was measured is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

import yaie
from yaie.errors import InputError
from yaie.sweeps.files import Files, read_whole, write_whole
from yaie.sweeps.identity import claim
from yaie.sweeps.machine import machine
from yaie.sweeps.measures.measuring import Measuring, differences
from yaie.sweeps.process import Ended
from yaie.sweeps.row import Row, Status
from yaie.sweeps.verdict import row_of

WORDS = ("model=tiny", "device=cpu", "precision=fp32,bf16")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Row, ...]:
    folder = tmp_path_factory.mktemp("sweep") / "out"
    asked = {"measure": ("load", "quality"), "reference": "precision=bf16"}
    return yaie.sweep(*WORDS, into=folder, text="The LORD is my shepherd", **asked)


def test_a_reference_behind_the_others_runs_first(rows: tuple[Row, ...]) -> None:
    (other, reference) = (row.measures for row in rows)
    assert reference["kl_divergence"] == 0.0
    assert 0.0 < other["kl_divergence"] < 0.01
    assert [row.reference for row in rows] == [1, 1]


def test_touching_the_weights_counts_as_loading_and_measuring_does_not(
    rows: tuple[Row, ...],
) -> None:
    assert {"load", "touch", "process"} <= set(rows[0].seconds)
    assert not {"first forward", "quality", "peak"} & set(rows[0].seconds)
    assert rows[0].measures["first_forward_seconds"] > 0
    assert rows[0].measures["peak_bytes"] > rows[0].memory["cpu"]["measured_bytes"]


def test_a_row_tells_when_and_where_it_ran_and_with_how_many_threads(
    rows: tuple[Row, ...],
) -> None:
    assert rows[0].machine == machine()
    assert rows[0].measures["threads"] == 1
    began = [datetime.fromisoformat(row.started or "") for row in rows]
    assert timedelta(0) <= began[0] - began[1] < timedelta(minutes=30)


def test_what_is_left_out_is_not_measured(rows: tuple[Row, ...]) -> None:
    assert "generated_tokens_per_second" not in rows[0].measures


def test_a_cell_killed_as_it_is_measured_keeps_what_is_known(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.cell(0).mkdir(parents=True)
    write_whole(files.partial(0), {"seconds": {"load": 1.0}, "measures": {"parameters": 7}})
    files.stage(0).write_text("generation")
    files.log(0).touch()
    row = row_of(files, 0, {"cell": {}, "calls": None, "memory": {}}, Ended(code=-9, seconds=3.0))
    assert (row.status, row.seconds["load"], row.measures) == (
        Status.KILLED,
        1.0,
        {"parameters": 7},
    )
    assert row.problems[0].message == (
        "its process was ended by SIGKILL after 3.0 s, in its stage `generation`"
    )


def test_another_text_is_another_sweep(tmp_path: Path) -> None:
    words = ("model=tiny", "attention=flash_attention_2")
    yaie.sweep(*words, into=tmp_path)
    with pytest.raises(InputError) as caught:
        yaie.sweep(*words, into=tmp_path, text="In the beginning")
    assert caught.value.problems[0].message == (
        f"`{tmp_path}` holds another sweep: it measured with another text"
    )


def test_another_reference_is_another_sweep(tmp_path: Path) -> None:
    words = ("model=tiny", "attention=flash_attention_2")
    yaie.sweep(*words, into=tmp_path)
    held = read_whole(Files(tmp_path).identity)
    write_whole(Files(tmp_path).identity, {**held, "references": [0, 2]})
    with pytest.raises(InputError) as caught:
        claim(Files(tmp_path), {**held, "references": [1]})
    assert caught.value.problems[0].message == (
        f"`{tmp_path}` holds another sweep: its references are cells 0 and 2, and this one's 1"
    )


def test_other_measures_are_another_sweep() -> None:
    own, held = Measuring(), Measuring(parts=("load", "speed"))
    assert [*differences(held.identity(), own.identity())] == [
        "it measured load, speed, and this one measures load, speed, quality"
    ]
    again = Measuring(repeats=5, tokens=1024)
    assert [*differences(own.identity(), again.identity())] == [
        "its number of tokens is 512, and this one's 1024",
        "its number of repeats is 3, and this one's 5",
    ]
