"""The files beside a sweep's rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.report.sample import ROWS
from yaie.errors import SourceError
from yaie.spec.compose import compose
from yaie.sweeps.cell import Cell
from yaie.sweeps.measures.measuring import NOTHING
from yaie.sweeps.report.page import Report
from yaie.sweeps.reporting import report, write
from yaie.sweeps.swept import Swept, preface

CELL = Cell(number=0, words=("precision=fp32",), composition=compose(None, ["precision=fp32"]))


def told() -> Report:
    known = preface((CELL,), {"yaie": "0.1.0"}, NOTHING, "python -m yaie sweep precision=fp32,bf16")
    return report(Swept(rows=ROWS, preface=known, folder=None))


def test_a_report_says_how_to_make_the_sweep_and_each_cell_again() -> None:
    assert told().title == "Sweep of tiny"
    assert told().command == "python -m yaie sweep precision=fp32,bf16"
    assert told().recipes[0].text == "model: tiny\nprecision: fp32\n"
    assert told().versions == {"yaie": "0.1.0"}


def test_the_files_are_written_the_same_each_time(tmp_path: Path) -> None:
    files = write(tmp_path, told(), parquet=False)
    first = {name: path.read_bytes() for name, path in files.items()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "rows.csv"]
    write(tmp_path, told(), parquet=False)
    assert {name: path.read_bytes() for name, path in files.items()} == first


def test_a_folder_that_takes_nothing_is_a_source_that_fails(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written to"):
        write(tmp_path / "gone", told(), parquet=False)
