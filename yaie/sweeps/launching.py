"""Jobs handed to a launcher, and what a launcher loses handed to it once more."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from yaie.errors import Fault, Problem, SourceError, UnsupportedError, YaieError
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import Gathering, unwritten
from yaie.sweeps.job import BEAT, Job
from yaie.sweeps.row import Row, Status

SILENCE = 5 * BEAT
"""Seconds after which nobody attends to a cell any more."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Launches(Protocol):
    """What runs a job for each number, here or elsewhere."""

    @property
    def isolates(self) -> bool:
        """Whether a job that is lost was lost by its own doing, and by no other's."""

    @property
    def is_here(self) -> bool:
        """Whether its jobs run on this machine, and find the files that are on it."""

    def remarks(self) -> Iterator[str]:
        """What is worth knowing before it launches."""

    def launch(self, job: Job, numbers: Sequence[int], folder: Path) -> None: ...


def launched(launcher: Launches, job: Job, cells: Sequence[Row], gathering: Gathering) -> None:
    """Runs the job for every cell until each has a row.

    Where the launcher fails it is started again: for each cell that was lost with it alone, so that
    none is blamed for another (unless it isolates them), and then for those that were not begun.
    Raises UnsupportedError where it begins none, SourceError where the disk takes no more rows.
    """
    left = {row.number: row for row in cells}
    while left := _whole(left, gathering):
        error = _launch(launcher, job, sorted(left), gathering)
        missing = gathering.missing()
        begun = [n for n in missing if gathering.files.stage(n).is_file()]
        if len(missing) == len(left) and not begun:
            _refuse_gone(gathering.files)
            raise _broken(error) from error
        for number in begun:
            if launcher.isolates:
                gathering.conclude([_ended(left[number], error, gathering.files)])
                continue
            error = _launch(launcher, job, [number], gathering)
            if gathering.missing():
                gathering.conclude([_lost(left[number], error)])
        left = {n: left[n] for n in missing if n not in begun}


def _whole(left: Mapping[int, Row], gathering: Gathering) -> dict[int, Row]:
    """The cells that can run; of the others it is told that their plans are gone."""
    gone = [number for number in left if not gathering.files.spec(number).is_file()]
    gathering.conclude(_planless(left[number], gathering.files) for number in gone)
    return {number: row for number, row in left.items() if number not in gone}


def _planless(row: Row, files: Files) -> Row:
    _refuse_gone(files)
    message = f"`{files.spec(row.number)}`, its plan, was taken away while the sweep ran"
    problem = Problem(path="", message=message, fault=Fault.SOURCE)
    return replace(row, status=Status.FAILED, problems=(problem,), exit_code=int(Fault.SOURCE))


def _refuse_gone(files: Files) -> None:
    """Raises SourceError where there is no sweep any more."""
    if not files.hold_a_sweep:
        message = f"`{files.folder}` was taken away while the sweep ran"
        raise SourceError(Problem(path="", message=message, fault=Fault.SOURCE))


def _launch(
    launcher: Launches, job: Job, numbers: Sequence[int], gathering: Gathering
) -> Exception | None:
    """One start of the launcher; what it failed by."""
    files = gathering.files
    for number in numbers:
        files.stage(number).unlink(missing_ok=True)
    gathering.awaits(numbers)
    with _going_on(files) as run:
        error = _failure(launcher, replace(job, run=run), numbers, files)
        if error is not None:
            _wait_for_others(gathering)
    return error


def _failure(
    launcher: Launches, job: Job, numbers: Sequence[int], files: Files
) -> Exception | None:
    try:
        launcher.launch(job, numbers, files.launcher / job.run)
    except OSError as error:
        if error.errno in _FULL:
            raise unwritten(files, error) from error
        return error
    except YaieError:
        raise
    except Exception as error:
        # A launcher is a plugin, and fails in ways of its own.
        return error
    return None


def _wait_for_others(gathering: Gathering) -> None:
    """Waits for the cells that are attended to all the same: a launcher tells its first failure,
    and elsewhere jobs go on."""
    last: dict[int, tuple[int, float]] = {}
    while True:
        beats = {n: _beat(gathering.files, n) for n in gathering.missing()}
        now = time.monotonic()
        for number, beat in beats.items():
            if beat is not None and last.get(number, (None, 0))[0] != beat:
                last[number] = (beat, now)
        if not any(now - last[n][1] < SILENCE for n in beats if n in last):
            return
        time.sleep(BEAT)


def _beat(files: Files, number: int) -> int | None:
    """When a job last told that it attends to a cell; None where it has not begun."""
    try:
        return files.stage(number).stat().st_mtime_ns
    except FileNotFoundError:
        return None


@contextmanager
def _going_on(files: Files) -> Iterator[str]:
    """A run of the sweep; once it is over, or interrupted, jobs that belong to it end."""
    run = uuid4().hex
    try:
        files.run.write_text(run)
        yield run
    finally:
        files.run.unlink(missing_ok=True)


def _lost(row: Row, error: Exception | None) -> Row:
    message = f"its launcher lost it, and again when it ran it alone: {_told(error)}"
    return replace(row, status=Status.KILLED, problems=(_problem(message),))


def _ended(row: Row, error: Exception | None, files: Files) -> Row:
    said = _last_words(files, row.number) or _told(error)
    message = f"its job ended and left no row: {said}"
    return replace(row, status=Status.KILLED, problems=(_problem(message),))


def _last_words(files: Files, number: int, most: int = 400) -> str:
    """The last that a cell's job printed, and what SLURM printed behind it."""
    try:
        kept = Path(files.launched(number).read_text())
        lines = kept.read_text(errors="replace").splitlines()[-8:]
    except OSError:
        return ""
    said = "; ".join(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
    return said if len(said) <= most else f"{said[:most]} …"


def _broken(error: Exception | None) -> UnsupportedError:
    return UnsupportedError(_problem(f"the launcher runs no job: {_told(error)}"))


def _told(error: Exception | None) -> str:
    if error is None:
        return "it ended without one"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _problem(message: str) -> Problem:
    return Problem(path="hydra.launcher", message=message, fault=Fault.UNSUPPORTED)
