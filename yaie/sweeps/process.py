"""The process of one cell: started, waited for, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from yaie.sweeps.exhaustion import lack_since, toll

PATIENCE = 0.05
"""Seconds between two looks at whether the cell is still wanted."""
MARK = "YAIE_CELL"
"""Variable that a cell and all that it starts have in their environment."""

Over = Literal["ended", "late", "unwanted"]
"""Why a process is not waited for any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended."""

    code: int
    """Its exit code; below zero the signal that ended it."""
    seconds: float
    timed_out: bool = False
    broken_off: str | None = None
    """What kept this process from attending to it any longer; None where nothing did."""
    lack: str | None = ""
    """What memory ran out meanwhile; empty where none did, None where the kernel does not say."""

    @property
    def signal(self) -> str | None:
        """`SIGKILL`; None where it ended by itself."""
        if self.code >= 0:
            return None
        with suppress(ValueError):
            return signal.Signals(-self.code).name
        return f"signal {-self.code}"


def attended(
    arguments: list[str],
    log: IO[bytes],
    *,
    cwd: Path,
    mark: str,
    timeout: float | None,
    wanted: Callable[[], bool],
) -> Ended | None:
    """Runs a module of Python in a process group of its own; None where it was not wanted any more.

    Whatever it started is ended with it, by its mark, and before it what an earlier one of the same
    mark has left. It ends by itself where this process does, which closes its standard input.
    """
    end_marked(mark)
    before, start = toll(), time.monotonic()
    process = _started(arguments, log, cwd, mark)
    over: Over = "ended"
    broken_off = None
    try:
        over = _until_over(process, wanted, None if timeout is None else start + timeout)
    except OSError:
        raise
    except Exception as error:
        # submitit raises one amid the job whose time is up.
        broken_off = f"{type(error).__name__}: {error}"
    finally:
        _end(process, mark)
    if over == "unwanted":
        return None
    return Ended(
        code=process.returncode,
        seconds=time.monotonic() - start,
        timed_out=over == "late",
        broken_off=broken_off,
        lack=lack_since(before),
    )


def _started(arguments: list[str], log: IO[bytes], cwd: Path, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=cwd,
        env=_environment(mark),
    )


def _until_over(
    process: subprocess.Popen[bytes], wanted: Callable[[], bool], deadline: float | None
) -> Over:
    """Waits for a process, and tells why no longer."""
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        if not wanted():
            return "unwanted"
        # One that ended while this process was suspended took no longer than it did.
        is_long = deadline is not None and time.monotonic() > deadline
        if is_long and process.poll() is None:
            return "late"
    return "ended"


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    """Ends a process with all that it started, and closes what it listens to."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    end_marked(mark)
    process.wait()
    if process.stdin:
        process.stdin.close()


def _environment(mark: str) -> dict[str, str]:
    """That of this process, with its modules: `-m` would put those of the current folder first,
    which the program `yaie` does not."""
    places = os.pathsep.join(map(os.path.abspath, sys.path))
    return {**os.environ, MARK: mark, "PYTHONPATH": places, "PYTHONSAFEPATH": "1"}


def end_marked(mark: str) -> None:
    """Ends every process of Linux that has the mark, this one excepted: one that left its group to
    be a daemon, too. A fork of one that was just ended is found by another look."""
    while found := [*_marked(f"{MARK}={mark}".encode())]:
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _marked(said: bytes) -> Iterator[int]:
    """A process that has ended, or is another user's, has no environment that can be read."""
    for place in Path("/proc").glob("[0-9]*/environ"):
        process = int(place.parent.name)
        with suppress(OSError):
            if process != os.getpid() and said in place.read_bytes().split(b"\0"):
                yield process
