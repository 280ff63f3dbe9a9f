"""One sweep: its cells run where they have not run yet, its rows gathered as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from yaie.errors import InputError, Problem
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.gathering import Gathering, Watcher, unwritten
from yaie.sweeps.handover import as_json
from yaie.sweeps.identity import claim
from yaie.sweeps.job import Job
from yaie.sweeps.launching import Launches, launched
from yaie.sweeps.row import Row, Status


def run(
    cells: Sequence[Cell],
    folder: Path,
    own: dict[str, Any],
    launcher: Launches,
    watcher: Watcher,
    timeout: float | None = None,
) -> tuple[Row, ...]:
    """Every cell's row, once each has one; a cell that is finished in the folder is not run again.

    `own` is the sweep's identity, `timeout` the seconds that a cell may take. Raises InputError
    where the folder is another sweep's, SourceError where the disk takes no more rows, and what
    keeps a launcher from starting. Rows that were finished stay, whatever happens.
    """
    files = Files(folder)
    with _held(files):
        claim(files, own)
        results.mend(files)
        gathering = Gathering(files, {row.number: row for row in results.read(folder)}, watcher)
        gathering.take(cells)
        todo = [cell for cell in cells if _is_to_run(cell, gathering)]
        for cell in todo:
            files.cell(cell.number).mkdir(parents=True, exist_ok=True)
            write_whole(files.spec(cell.number), _spec(cell))
        awaited = [cell.row() for cell in todo]
        watcher.begin(gathering.rows, awaited)
        job = Job(folder=folder.resolve(), run="", cwd=Path.cwd(), timeout=timeout)
        with gathering:
            launched(launcher, job, awaited, gathering)
    return gathering.rows


@contextmanager
def _held(files: Files) -> Iterator[None]:
    """The folder, for this process alone."""
    try:
        files.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(files.lock, timeout=0):
            yield
    except Timeout as error:
        message = f"another process runs the sweep in `{files.folder}`"
        raise InputError(Problem(path="", message=message, origin="--into")) from error
    except OSError as error:
        raise unwritten(files, error) from error


def _is_to_run(cell: Cell, gathering: Gathering) -> bool:
    held = gathering.row(cell.number)
    return cell.status is Status.PLANNED and not (held and held.is_finished)


def _spec(cell: Cell) -> dict[str, Any]:
    """What a cell's process is handed."""
    assert cell.composition is not None
    return {
        "cell": dict(cell.values),
        "calls": cell.calls,
        "memory": cell.predicted(),
        "composition": as_json(cell.composition),
    }
