"""One sweep: its cells run where they have not run yet, its rows gathered as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from yaie.errors import InputError, Problem
from yaie.facts.memory import Use
from yaie.facts.setting import Setting
from yaie.spec.load_spec import Composition
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.gathering import Gathering, Watcher, unwritten
from yaie.sweeps.handover import as_json
from yaie.sweeps.identity import claim, folder_of, identity
from yaie.sweeps.job import Job
from yaie.sweeps.launching import Launches, launched
from yaie.sweeps.measures.measuring import NOTHING, Measuring
from yaie.sweeps.measures.reference import reference
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked
from yaie.sweeps.row import Row
from yaie.sweeps.waves import to_run, waves


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the cells of a sweep run, and where its rows are written."""

    into: Path | None = None
    """The sweep's folder; None for one by its model and a digest of all that it asks for."""
    workers: int = 1
    """Cells at a time on this machine."""
    launcher: tuple[str, ...] = ()
    """Overrides for Hydra's launcher: `hydra/launcher=ray`."""
    timeout: float | None = None
    """Seconds that a cell may take; None for as long as it takes."""
    measuring: Measuring = field(default_factory=Measuring)
    reference: str | None = None
    """The cell that others are compared with, by its number or its overrides; None for the one that
    loses least."""
    dry: bool = False
    """Whether cells are planned only, and nothing is run or written."""

    @property
    def launching(self) -> tuple[str, ...]:
        """The overrides of the launcher, those that workers stand for among them."""
        if self.workers == 1:
            return self.launcher
        # A worker takes cells one by one: some last a hundred times longer than others.
        several = (f"hydra.launcher.n_jobs={self.workers}", "hydra.launcher.batch_size=1")
        return ("hydra/launcher=joblib", *several, *self.launcher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep came to."""

    folder: Path | None
    """None where nothing was written."""
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    versions: Mapping[str, str]
    """Of what the cells are run by: `{"yaie": …, "transformers": …, "torch": …}`."""
    measuring: Measuring = NOTHING
    """What was measured in each cell, and with what."""

    @property
    def compositions(self) -> dict[int, Composition]:
        """Number of a cell → what it composes to, of those that compose."""
        return {c.number: c.composition for c in self.cells if c.composition is not None}


def sweep(
    asked: Asked,
    running: Running,
    watcher: Watcher,
    setting: Setting | None = None,
    use: Use | None = None,
) -> Swept:
    """Plans every cell of a product, and runs those that have not run yet.

    The setting is that of the machine that the cells run on, the use what they are planned for.
    Raises what `planned` and `run` do, and what keeps the launcher from being set up.
    """
    from yaie.sweeps.launcher import launcher_of

    launcher = launcher_of(running.launching, asked.config_dir)
    cells = planned(asked, setting, use, watcher.planned)
    measuring = _decided(cells, running)
    own = identity(asked, cells, measuring)
    folder = None if running.dry else running.into or folder_of(cells, own)
    rows = tuple(cell.row() for cell in cells)
    if folder is not None:
        for text in _remarks(cells, measuring, running.workers):
            watcher.remark(text)
        rows = run(cells, folder, own, launcher, watcher, running.timeout, measuring)
    return Swept(
        folder=folder, rows=rows, cells=cells, versions=own["versions"], measuring=measuring
    )


def _decided(cells: Sequence[Cell], running: Running) -> Measuring:
    """What is measured, with the reference among the cells."""
    if "quality" not in running.measuring.parts:
        return running.measuring
    return replace(running.measuring, reference=reference(cells, running.reference))


def _remarks(cells: Sequence[Cell], measuring: Measuring, workers: int) -> Iterator[str]:
    """What is said before the cells run."""
    if measuring.reference is not None and len(cells) > 1:
        (cell,) = (cell for cell in cells if cell.number == measuring.reference)
        yield f"answers are compared with those of cell {cell.number}: {' '.join(cell.words)}"
    if "speed" in measuring.parts and workers > 1:
        yield (
            f"{workers} cells run at a time, and slow each other down:"
            " `--workers 1` to compare their speed"
        )


def run(
    cells: Sequence[Cell],
    folder: Path,
    own: dict[str, Any],
    launcher: Launches,
    watcher: Watcher,
    timeout: float | None = None,
    measuring: Measuring = NOTHING,
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
        if measuring.text is not None:
            files.text.write_text(measuring.text, encoding="utf-8")
        todo = to_run(cells, measuring.reference, gathering)
        for cell in todo:
            files.cell(cell.number).mkdir(parents=True, exist_ok=True)
            write_whole(files.spec(cell.number), _spec(cell, measuring))
        awaited = [cell.row() for cell in todo]
        watcher.begin(folder, gathering.rows, awaited)
        job = Job(folder=folder.resolve(), run="", cwd=Path.cwd(), timeout=timeout)
        with gathering:
            for wave in waves(awaited, measuring.reference, gathering):
                launched(launcher, job, wave, gathering)
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


def _spec(cell: Cell, measuring: Measuring) -> dict[str, Any]:
    """What a cell's process is handed."""
    assert cell.composition is not None
    return {
        "cell": dict(cell.values),
        "calls": cell.calls,
        "memory": cell.predicted(),
        "measuring": measuring.as_json(),
        "composition": as_json(cell.composition),
    }
