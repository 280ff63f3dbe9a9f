"""Jobs that submitit runs: what one knows of itself, and those that wait in SLURM's queue."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 1.0
"""Seconds between two looks at the queue."""
_SECONDS = 10
"""That a command of SLURM may take."""


def own_log() -> Path | None:
    """Where what this job's process prints is kept, and what SLURM says of its end; None where
    submitit does not run it."""
    if "SUBMITIT_FOLDER" not in os.environ:
        return None
    from submitit import JobEnvironment

    return Path(JobEnvironment().paths.stderr)


def begins_anew() -> bool:
    """Whether SLURM ends this job to run it once more: it was preempted, say."""
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        return False
    told = _asked("scontrol", "--oneliner", "show", "job", job)
    found = re.search(r"\bRestarts=(\d+)\b", told or "")
    return found is not None and int(found[1]) > int(os.environ.get("SLURM_RESTART_COUNT", "0"))


def is_slurm_here() -> bool:
    """Whether jobs can be submitted from here."""
    return all(shutil.which(command) for command in ("sbatch", "srun"))


def keeps_accounts() -> bool:
    """Whether SLURM tells what became of a job that is over."""
    return _asked("sacct", "--noheader", "--starttime", "now") is not None


@contextmanager
def in_queue(folder: Path) -> Iterator[None]:
    """Around a launch whose jobs submitit keeps below a folder: where one is lost, the others are
    waited for, and those that nobody waits for any more are taken out of the queue."""
    try:
        try:
            yield
        except Exception:
            left = _left(folder)
            while left := [job for job in left if not job.done()]:
                time.sleep(PATIENCE)
            raise
    except (KeyboardInterrupt, SystemExit):
        if left := _left(folder):
            _asked("scancel", *(job.job_id for job in left))
        raise


def _left(folder: Path) -> list[Any]:
    """The jobs that are not over."""
    from submitit import SlurmJob

    names = {path.parent.name for path in folder.glob("*/*_submitted.pkl")}
    jobs: Iterator[Any] = (SlurmJob(folder=folder / "%j", job_id=name) for name in sorted(names))
    return [job for job in jobs if not job.done()]


def _asked(*command: str) -> str | None:
    """What a command of SLURM prints; None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
