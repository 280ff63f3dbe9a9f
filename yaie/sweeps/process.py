"""The process of one cell: started, waited for, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PATIENCE = 0.05
"""Seconds between two looks at whether the cell is still wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended."""

    code: int
    """Its exit code; below zero the signal that ended it."""
    seconds: float
    timed_out: bool = False

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
    timeout: float | None,
    wanted: Callable[[], bool],
) -> Ended | None:
    """Runs a module of Python in a process group of its own; None where it was not wanted any more.

    Whatever is left of the group is ended with it. It ends by itself where this process does, which
    closes its standard input.
    """
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=cwd,
    )
    timed_out = False
    try:
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            if not wanted():
                return None
            timed_out = timeout is not None and time.monotonic() - start > timeout
            if timed_out:
                break
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()
    seconds = time.monotonic() - start
    return Ended(code=process.returncode, seconds=seconds, timed_out=timed_out)
