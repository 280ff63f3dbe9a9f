"""A sweep while it runs: lines in a log, a table on a terminal, and how long the rest will take."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.test_progress import Terminal, shown
from tests.sweeps.report.sample import loaded, refused
from yaie.cli.sweep_progress import Lines, Live, Silent, progress_on
from yaie.cli.sweep_state import State
from yaie.sweeps.files import Files
from yaie.sweeps.row import Row

TODO = [replace(loaded(n), seconds={}) for n in range(4)]
"""Cells that will run; each takes 12 seconds in the end."""


def runs(folder: Path, number: int, stage: str) -> None:
    """Leaves what a cell's process leaves while it runs."""
    files = Files(folder)
    files.cell(number).mkdir(parents=True)
    files.stage(number).write_text(stage)


def test_the_stream_decides_how_a_sweep_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(progress_on(Terminal(), quiet=False), Live)
    assert type(progress_on(io.StringIO(), quiet=False)) is Lines
    assert type(progress_on(Terminal(), quiet=True)) is Silent


def test_a_log_has_a_line_a_cell() -> None:
    stream = io.StringIO()
    with progress_on(stream, quiet=False) as progress:
        progress.begin(Path("out"), [refused(9)], TODO[:1])
        progress.finished(loaded(0))
    assert stream.getvalue() == "out: 1 refused, 1 to run\n1 of 1: precision=p0 ok in 12.0 s\n"


def test_a_terminal_shows_stages_and_is_left_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    runs(tmp_path, 1, "import")
    with progress_on(stream, quiet=False) as progress:
        progress.begin(tmp_path, [], TODO)
        shown("import", stream)
        progress.finished(loaded(0))
        shown("1 of 4: 1 ok; about ", stream)
    assert stream.getvalue().endswith("\x1b[2K")


def test_nothing_to_run_shows_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    with progress_on(stream, quiet=False) as progress:
        progress.begin(Path("out"), [loaded(0)], [])
    assert stream.getvalue() == "out: 1 ok, 0 to run\n"


def state(folder: Path, *ended: Row) -> State:
    found = State(folder, TODO)
    for row in ended:
        found.finished(row)
    return found


def test_what_is_left_takes_as_long_as_what_ended_so_many_at_a_time_as_run(tmp_path: Path) -> None:
    assert state(tmp_path).left() is None
    assert state(tmp_path, loaded(0)).left() == 3 * 12
    runs(tmp_path, 1, "load")
    runs(tmp_path, 2, "load")
    assert state(tmp_path, loaded(0)).left() == pytest.approx(3 * 12 / 2, abs=1)
    assert state(tmp_path, *map(loaded, range(4))).left() is None


def test_the_last_that_ended_stand_above_those_that_run(tmp_path: Path) -> None:
    runs(tmp_path, 3, "match")
    found = state(tmp_path, *map(loaded, range(3)))
    assert [line.words for line in found.lines(2)] == [
        ("2", "p2", "ok", "12"),
        ("3", "p3", "match", "0"),
    ]
    assert found.summary() == "3 of 4: 3 ok; about 12 s left"
