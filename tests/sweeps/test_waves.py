"""What runs is what is not finished, and what was not compared as long as there was nothing to
compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sweeps.running import cell
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import Gathering, Unwatched
from yaie.sweeps.row import Row, Status
from yaie.sweeps.waves import to_run, waves

ALONE = [replace(cell(0), number=number) for number in range(3)]
CELLS = [replace(each, reference=0) for each in ALONE]
FAILED = Row(number=0, cell={}, status=Status.FAILED)
COMPARED = Row(number=1, cell={}, status=Status.OK, reference=0)
UNCOMPARED = Row(number=2, cell={}, status=Status.OK)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def wanted(files: Files, rows: Sequence[Row], cells: Sequence[Cell] = CELLS) -> list[int]:
    gathering = Gathering(files, {row.number: row for row in rows}, Unwatched())
    return [cell.number for cell in to_run(cells, gathering)]


def in_waves(files: Files, rows: Sequence[Row], *, answers: bool) -> list[list[int]]:
    """The waves of a reference that leaves its answers, or none, and two others."""
    gathering = Gathering(files, {row.number: row for row in rows}, Unwatched())
    found = []
    for wave in waves(CELLS, gathering):
        found.append([row.number for row in wave])
        if answers:
            files.reference(0).touch()
    return found


def test_what_failed_runs_again(files: Files) -> None:
    assert wanted(files, [FAILED, COMPARED, UNCOMPARED], ALONE) == [0]


def test_with_a_reference_that_failed_runs_what_was_not_compared_for_it(files: Files) -> None:
    assert wanted(files, [FAILED, COMPARED, UNCOMPARED]) == [0, 2]


def test_what_a_sweep_that_was_cut_off_did_not_compare_runs_again(files: Files) -> None:
    files.reference(0).touch()
    done = replace(FAILED, status=Status.OK, reference=0)
    assert wanted(files, [done, COMPARED, UNCOMPARED]) == [2]


def test_nothing_runs_again_for_a_reference_that_went_well_and_has_no_answers(files: Files) -> None:
    done = replace(FAILED, status=Status.OK)
    assert wanted(files, [done, COMPARED, UNCOMPARED]) == []


def test_answers_that_were_taken_away_are_made_anew_for_those_that_need_them(files: Files) -> None:
    done = replace(FAILED, status=Status.OK, reference=0)
    assert wanted(files, [done, COMPARED]) == [0, 2]
    assert wanted(files, [done, COMPARED, replace(COMPARED, number=2)]) == []


def test_the_reference_goes_before_the_others(files: Files) -> None:
    assert in_waves(files, [], answers=True) == [[0], [1, 2]]


def test_where_it_fails_again_what_is_finished_stays(files: Files) -> None:
    failed = replace(COMPARED, status=Status.KILLED)
    assert in_waves(files, [FAILED, failed, UNCOMPARED], answers=False) == [[0], [1]]


def test_the_references_of_all_models_go_before_the_others(files: Files) -> None:
    cells = [replace(cell(0), number=n, reference=n // 2 * 2) for n in range(4)]
    gathering = Gathering(files, {}, Unwatched())
    assert [[row.number for row in wave] for wave in waves(cells, gathering)] == [[0, 2], [1, 3]]


def test_what_one_reference_lacks_concerns_no_other_model(files: Files) -> None:
    cells = [replace(cell(0), number=n, reference=n // 2 * 2) for n in range(4)]
    done = [Row(number=n, cell={}, status=Status.OK, reference=n // 2 * 2) for n in range(3)]
    files.reference(0).touch()
    assert wanted(files, [*done, replace(FAILED, number=3)], cells) == [2, 3]
    assert wanted(files, [*done, replace(done[2], number=3)], cells) == []
