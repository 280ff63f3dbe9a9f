"""One sweep: its cells run where they have not run yet, its rows gathered as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from yaie.errors import InputError, Problem
from yaie.spec.wording import enumerated
from yaie.sweeps import results
from yaie.sweeps.bringing import row_without, unfetched
from yaie.sweeps.cell import Cell
from yaie.sweeps.command import command
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.gathering import Gathering, Watcher, unwritten
from yaie.sweeps.handover import handed
from yaie.sweeps.identity import claim, folder_of, holds, identity, refuse_others
from yaie.sweeps.job import Job
from yaie.sweeps.launching import Launches, launched
from yaie.sweeps.measures.measuring import NOTHING, Measuring
from yaie.sweeps.measures.reference import referred
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked
from yaie.sweeps.row import Row
from yaie.sweeps.running import Running
from yaie.sweeps.swept import Preface, Swept, preface
from yaie.sweeps.waves import to_run, waves


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A sweep whose cells are planned, before any of them runs."""

    cells: tuple[Cell, ...]
    folder: Path | None
    """None where nothing is to be run or written."""
    own: dict[str, Any]
    """Its identity."""
    preface: Preface
    launcher: Launches
    running: Running

    def run(self, watcher: Watcher) -> Swept:
        """Runs the cells that have not run yet; raises what `run` does."""
        if self.folder is None:
            rows = tuple(cell.row() for cell in self.cells)
            return Swept(rows=rows, preface=self.preface, folder=None)
        remarks = _remarks(self.cells, self.preface.measuring, self.running.workers)
        for text in (*self.launcher.remarks(), *remarks):
            watcher.remark(text)
        rows = run(
            self.cells,
            self.folder,
            self.own,
            self.launcher,
            watcher,
            self.running.timeout,
            self.preface.measuring,
            self.preface,
        )
        return Swept(rows=rows, preface=self.preface, folder=self.folder)

    def so_far(self) -> Swept | None:
        """What its folder tells after a run that was cut off; None where that did not begin."""
        if self.folder is None or not Files(self.folder).hold_a_sweep:
            return None
        if not holds(Files(self.folder), self.own):
            return None
        return Swept(rows=results.read(self.folder), preface=self.preface, folder=self.folder)


def sweep(asked: Asked, running: Running, watcher: Watcher) -> Swept:
    """Plans every cell of a product, and runs those that have not run yet.

    Raises what `prepared` and `run` do.
    """
    return prepared(asked, running, watcher).run(watcher)


def prepared(asked: Asked, running: Running, watcher: Watcher) -> Prepared:
    """Plans every cell of a product.

    Raises what `planned` does, and what keeps the launcher from being set up.
    """
    from yaie.sweeps.launcher import launcher_of

    launcher = launcher_of(running.launching, asked.config_dir)
    cells, measuring = planned(asked, watcher.planned), running.measuring
    if "quality" in measuring.parts:
        cells = referred(cells, running.reference)
    own = identity(asked, cells, measuring)
    folder = None if running.dry else running.into or folder_of(cells, own)
    told = preface(cells, own["versions"], measuring, command(asked, running, folder))
    return Prepared(
        cells=cells, folder=folder, own=own, preface=told, launcher=launcher, running=running
    )


def _remarks(cells: Sequence[Cell], measuring: Measuring, workers: int) -> Iterator[str]:
    """What is said before the cells run."""
    found = [cell for cell in cells if cell.number == cell.reference]
    if len(cells) > 1 and len(found) == 1:
        yield f"answers are compared with those of cell {found[0].number}: {_said(found[0])}"
    if len(found) > 1:
        several = enumerated([f"{cell.number} ({_said(cell)})" for cell in found], "and")
        yield f"answers are compared with those of the same model, in cells {several}"
    if "speed" in measuring.parts and workers > 1:
        yield (
            f"{workers} cells run at a time, and slow each other down:"
            " `--workers 1` to compare their speed"
        )


def _said(cell: Cell) -> str:
    return " ".join(cell.words)


def run(
    cells: Sequence[Cell],
    folder: Path,
    own: dict[str, Any],
    launcher: Launches,
    watcher: Watcher,
    timeout: float | None = None,
    measuring: Measuring = NOTHING,
    told: Preface | None = None,
) -> tuple[Row, ...]:
    """Every cell's row, once each has one; a cell that is finished in the folder is not run again.

    `own` is the sweep's identity, `timeout` the seconds that a cell may take, `told` what the
    folder tells beside the rows. Raises InputError where the folder is another sweep's, SourceError
    where the disk takes no more rows, and what keeps a launcher from starting. Rows that were
    finished stay, whatever happens.
    """
    files = Files(folder)
    with _held(files):
        claim(files, own)
        if told is not None:
            write_whole(files.preface, told.as_json())
        results.mend(files)
        gathering = Gathering(files, {row.number: row for row in results.read(folder)}, watcher)
        gathering.take(cells)
        todo = _with_files(to_run(cells, gathering), launcher, gathering, watcher)
        _hand_over(todo, measuring, files)
        watcher.begin(folder, gathering.rows, [cell.row() for cell in todo])
        job = Job(folder=folder.resolve(), run="", cwd=Path.cwd(), timeout=timeout)
        with gathering:
            for wave in waves(todo, gathering):
                launched(launcher, job, wave, gathering)
    return gathering.rows


def _with_files(
    cells: Sequence[Cell], launcher: Launches, gathering: Gathering, watcher: Watcher
) -> list[Cell]:
    """The cells whose files are at hand, or may be where they run; of the others it is told that
    they cannot be had."""
    lacking = [*unfetched(cells, watcher)]
    if not launcher.is_here:
        for error in dict.fromkeys(error for _, error in lacking):
            watcher.remark(f"left to the cells to fetch: {error.problems[0].message}")
        return [*cells]
    gathering.add(row_without(cell, error) for cell, error in lacking)
    gone = {cell.number for cell, _ in lacking}
    return [cell for cell in cells if cell.number not in gone]


def _hand_over(cells: Sequence[Cell], measuring: Measuring, files: Files) -> None:
    """Leaves what the cells' processes read."""
    if measuring.text is not None:
        files.text.write_bytes(measuring.text.encode())
    for cell in cells:
        files.cell(cell.number).mkdir(parents=True, exist_ok=True)
        write_whole(files.spec(cell.number), handed(cell, measuring))


@contextmanager
def _held(files: Files) -> Iterator[None]:
    """The folder, for this process alone."""
    try:
        files.folder.mkdir(parents=True, exist_ok=True)
        # Before a lock lies among them.
        refuse_others(files)
        with FileLock(files.lock, timeout=0):
            yield
    except Timeout as error:
        message = f"another process runs the sweep in `{files.folder}`"
        raise InputError(Problem(path="", message=message, origin="--into")) from error
    except OSError as error:
        raise unwritten(files, error) from error
