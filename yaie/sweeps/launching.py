"""Jobs handed to a launcher, and what a launcher loses handed to it once more."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from yaie.errors import Fault, Problem, UnsupportedError, YaieError
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import Gathering, unwritten
from yaie.sweeps.job import Job
from yaie.sweeps.row import Row, Status

TRIES = 2
"""Times that a cell may be lost by its launcher before that is its row."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Launches(Protocol):
    """What runs a job for each number, here or elsewhere."""

    def launch(self, job: Job, numbers: Sequence[int], folder: Path) -> None: ...


def launched(launcher: Launches, job: Job, cells: Sequence[Row], gathering: Gathering) -> None:
    """Runs the job for every cell until each has a row; a launcher that fails is started again for
    what is left, as long as that gets on.

    Raises UnsupportedError where it does not, SourceError where the disk takes no more rows.
    """
    left = {row.number: row for row in cells}
    lost: Counter[int] = Counter()
    while left:
        error = _launch(launcher, job, sorted(left), gathering)
        missing = gathering.missing()
        if not missing:
            return
        started = [n for n in missing if gathering.files.stage(n).is_file()]
        if len(missing) == len(left) and not started:
            raise _broken(error) from error
        lost.update(started)
        gone = [n for n in missing if lost[n] >= TRIES]
        gathering.conclude(_lost(left[n], error) for n in gone)
        left = {n: left[n] for n in missing if n not in gone}


def _launch(
    launcher: Launches, job: Job, numbers: Sequence[int], gathering: Gathering
) -> Exception | None:
    """One start of the launcher; what it failed by."""
    files = gathering.files
    for number in numbers:
        files.stage(number).unlink(missing_ok=True)
    gathering.awaits(numbers)
    try:
        with _going_on(files) as run:
            launcher.launch(replace(job, run=run), numbers, files.launcher)
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
    message = f"its launcher lost it {TRIES} times: {_told(error)}"
    return replace(row, status=Status.KILLED, problems=(_problem(message),))


def _broken(error: Exception | None) -> UnsupportedError:
    return UnsupportedError(_problem(f"the launcher runs no job: {_told(error)}"))


def _told(error: Exception | None) -> str:
    if error is None:
        return "it ended without one"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _problem(message: str) -> Problem:
    return Problem(path="hydra.launcher", message=message, fault=Fault.UNSUPPORTED)
