"""What a sweep came to, in Python."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.sweeps.report.sample import ROWS
from yaie.errors import InputError
from yaie.spec.compose import compose
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.measures.measuring import NOTHING
from yaie.sweeps.swept import Swept, preface, read

WORDS = ("precision=fp32",)
CELL = Cell(number=0, words=WORDS, composition=compose(None, WORDS))
TOLD = replace(preface((CELL,), {"yaie": "0.1.0"}, NOTHING, "python -m yaie sweep"), cells=8)
SWEPT = Swept(rows=ROWS, preface=TOLD, folder=None)


def test_it_is_the_sequence_of_its_rows() -> None:
    assert (len(SWEPT), SWEPT[0], SWEPT[:2], [*SWEPT]) == (6, ROWS[0], ROWS[:2], [*ROWS])


def test_it_says_how_far_it_came() -> None:
    assert repr(SWEPT) == "<Sweep of tiny: 6 of 8 cells: 4 ok, 1 refused, 1 same>"
    assert SWEPT.unfinished == 2


def test_it_is_printed_as_the_table_and_shown_so_in_a_notebook() -> None:
    assert str(SWEPT).startswith("cell  precision  quantization  memory ")
    assert SWEPT._repr_html_().startswith("<pre>cell  precision  quantization  memory ")


def test_the_best_cell_has_its_row_and_recipe() -> None:
    best = SWEPT.best("memory<3MB", by="kl")
    assert best.row.number == 1
    assert SWEPT.best().row.number == 0
    assert SWEPT.recipe(ROWS[0]).text == "model: tiny\nprecision: fp32\n"


def test_records_are_flat() -> None:
    assert SWEPT.records[1]["memory_bytes"] == 2_000_000


def test_a_folder_tells_the_same(tmp_path: Path) -> None:
    files = Files(tmp_path)
    write_whole(files.identity, {})
    write_whole(files.preface, TOLD.as_json())
    results.append(files, ROWS)
    assert read(tmp_path) == Swept(rows=read(tmp_path).rows, preface=TOLD, folder=tmp_path)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sweep"):
        read(tmp_path)
    write_whole(Files(tmp_path).identity, {})
    with pytest.raises(InputError, match="is not there; the sweep writes it anew"):
        read(tmp_path)
    write_whole(Files(tmp_path).preface, {"recipes": []})
    with pytest.raises(InputError, match="does not tell of a sweep"):
        read(tmp_path)
