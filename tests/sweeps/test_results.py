"""The rows of a folder: whatever happened to the process that wrote them."""

from pathlib import Path

import pytest

from yaie.errors import InputError
from yaie.sweeps import results
from yaie.sweeps.files import Files
from yaie.sweeps.row import Row, Status


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path)
    files.identity.write_text("{}")
    return files


def row(number: int, status: Status = Status.OK) -> Row:
    return Row(number=number, cell={"precision": "bf16"}, status=status)


def test_rows_are_read_in_the_order_of_the_cells(files: Files) -> None:
    results.append(files, [row(2), row(0)])
    results.append(files, [row(1)])
    assert results.read(files.folder) == (row(0), row(1), row(2))


def test_of_a_cell_that_was_run_again_the_last_row_holds(files: Files) -> None:
    results.append(files, [row(0, Status.FAILED), row(0)])
    assert results.read(files.folder) == (row(0),)


def test_a_line_that_was_cut_off_is_left_out_and_mended(files: Files) -> None:
    results.append(files, [row(0), row(1)])
    files.rows.write_bytes(files.rows.read_bytes()[:-5])
    assert results.read(files.folder) == (row(0),)
    results.mend(files)
    results.append(files, [row(2)])
    assert results.read(files.folder) == (row(0), row(2))


def test_a_folder_without_a_sweep_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sweep"):
        results.read(tmp_path)


def test_a_line_that_is_no_row_is_told(files: Files) -> None:
    files.rows.write_text('{"number": 1}\n')
    with pytest.raises(InputError, match="holds a line that is no row: KeyError: 'cell'"):
        results.read(files.folder)
