"""The rows of a folder: whatever happened to the process that wrote them."""

import json
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


def test_a_last_line_of_which_only_its_end_was_cut_off_is_kept(files: Files) -> None:
    results.append(files, [row(0), row(1)])
    files.rows.write_bytes(files.rows.read_bytes()[:-1])
    assert results.read(files.folder) == (row(0), row(1))
    results.mend(files)
    results.append(files, [row(2)])
    assert results.read(files.folder) == (row(0), row(1), row(2))


def test_a_folder_without_a_sweep_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sweep"):
        results.read(tmp_path)


def test_a_line_that_is_no_row_is_told(files: Files) -> None:
    results.append(files, [row(0)])
    with files.rows.open("a") as file:
        file.write('{"number": 1}\n')
    with pytest.raises(InputError) as caught:
        results.read(files.folder)
    (problem,) = caught.value.problems
    assert problem.message == f"line 2 of `{files.rows}` is no row: KeyError: 'cell'"
    assert problem.hint == f"`sed -i 2d {files.rows}` takes it away; its cell runs again"


@pytest.mark.parametrize(
    "change",
    [{"number": "one"}, {"status": "fine"}, {"seconds": [1]}, {"problems": 3}, {"cell": None}],
)
def test_a_row_of_other_types_is_no_row(files: Files, change: dict[str, object]) -> None:
    files.rows.write_text(json.dumps(row(0).as_json() | change) + "\n")
    with pytest.raises(InputError, match=r"line 1 of .* is no row"):
        results.read(files.folder)


@pytest.mark.parametrize("line", ["null", "[1]", "7", "\xff"])
def test_what_is_no_row_at_all_is_told(files: Files, line: str) -> None:
    files.rows.write_bytes(f"{line}\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"line 1 of .* is no row"):
        results.read(files.folder)
