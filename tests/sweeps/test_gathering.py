"""Rows gathered: each stands once in the file, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.report.sample import loaded
from tests.sweeps.running import IDENTITY
from yaie.sweeps import results
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.gathering import Gathering, Unwatched


def test_rows_that_cells_left_and_rows_of_lost_ones_stand_beside_each_other(tmp_path: Path) -> None:
    files = Files(tmp_path)
    write_whole(files.identity, IDENTITY)
    files.cell(0).mkdir(parents=True)
    write_whole(files.row(0), loaded(0).as_json())
    with Gathering(files, {}, Unwatched()) as gathering:
        gathering.awaits([0, 1])
        gathering.conclude([loaded(1)])
        assert gathering.missing() == []
    assert [row.number for row in results.read(tmp_path)] == [0, 1]
    assert len(files.rows.read_text().splitlines()) == 2
