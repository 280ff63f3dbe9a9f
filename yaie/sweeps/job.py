"""Job: what a launcher runs for one cell. It knows the cell's number and where its sweep lies."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname
from typing import Any

from yaie.errors import Fault, Problem
from yaie.sweeps.files import Files, read_whole, write_whole
from yaie.sweeps.handover import problems_from_json
from yaie.sweeps.machine import machine
from yaie.sweeps.process import Ended, attended
from yaie.sweeps.row import Row, Status

BEAT = 1.0
"""Seconds between two signs that a cell is attended to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Runs a cell in a process of its own, and leaves its row in the cell's folder.

    Wherever it runs, it needs the sweep's folder, and yaie. Raises OSError where no row can be
    written; whatever becomes of the cell itself is a row.
    """

    folder: Path
    run: str
    """Which run of the sweep it belongs to."""
    cwd: Path
    """Where relative paths are meant from."""
    timeout: float | None = None
    """Seconds that a cell may take; None for as long as it takes."""
    host: str = field(default_factory=gethostname)
    sweeper: int = field(default_factory=os.getpid)
    """The process that runs the sweep, and where: on the same machine no cell outlives it."""

    def __call__(self, config: Mapping[str, Any]) -> None:
        """Runs the cell whose number a launcher's config holds, if it is still wanted."""
        files, number = Files(self.folder), int(config["cell"])
        if not self._is_wanted():
            return
        planned = read_whole(files.spec(number))
        for left in (
            files.answer(number),
            files.partial(number),
            files.row(number),
            files.stage(number),
        ):
            left.unlink(missing_ok=True)
        # A disk that is full is told by the sweep, and not by a cell.
        files.stage(number).write_text("start")
        with files.log(number).open("wb") as log:
            ended = attended(
                ["yaie.sweeps.child", str(files.folder), str(number)],
                log,
                cwd=self.cwd,
                timeout=self.timeout,
                wanted=lambda: self._is_wanted() and _told(files.stage(number)),
            )
        if ended is not None:
            _told(files.stage(number))
            write_whole(files.row(number), _row(files, number, planned, ended).as_json())

    def _is_wanted(self) -> bool:
        try:
            if self.host == gethostname():
                os.kill(self.sweeper, 0)
            return Files(self.folder).run.read_text() == self.run
        except (FileNotFoundError, ProcessLookupError):
            return False


def _told(stage: Path) -> bool:
    """Tells by the time of a file that a cell is attended to."""
    try:
        if time.time() - stage.stat().st_mtime > BEAT:
            os.utime(stage)
    except FileNotFoundError:
        # Whoever took the cell's folder away, it has its row.
        stage.parent.mkdir(parents=True, exist_ok=True)
        stage.write_text("unknown")
    return True


def _row(files: Files, number: int, planned: Mapping[str, Any], ended: Ended) -> Row:
    """The row of a cell whose process has ended."""
    answer = read_whole(files.answer(number))
    told = answer or read_whole(files.partial(number)) or {}
    problems = problems_from_json(told.get("problems", []))
    code = None if answer is None else answer["code"]
    status, said = _judged(files, number, ended, code)
    return Row(
        number=number,
        cell=planned["cell"],
        status=status,
        problems=(*said, *problems),
        calls=planned["calls"],
        exit_code=None if ended.signal else code or ended.code,
        signal=ended.signal,
        seconds={**told.get("seconds", {}), "process": ended.seconds},
        memory=told.get("memory") or planned["memory"],
        reference=told.get("reference"),
        log=str(files.log(number).relative_to(files.folder)),
        started=_started(ended),
        machine=machine(),
        measures=told.get("measures", {}),
    )


def _started(ended: Ended) -> str:
    """When a process began that has ended just now."""
    began = datetime.now(UTC) - timedelta(seconds=ended.seconds)
    return f"{began:%Y-%m-%dT%H:%M:%SZ}"


def _judged(
    files: Files, number: int, ended: Ended, code: int | None
) -> tuple[Status, tuple[Problem, ...]]:
    """What became of a cell, and what its own process could not tell; the code is that which it
    was about to end with, None where it told nothing."""
    where = (
        f"in its stage `{files.stage(number).read_text()}`" if code is None else "having told all"
    )
    while_in = f"after {ended.seconds:.1f} s, {where}"
    if ended.timed_out:
        return Status.KILLED, (_problem(f"it was stopped {while_in}: it took too long"),)
    if ended.signal:
        return Status.KILLED, (_killed(ended.signal, while_in),)
    if code is not None:
        return _answered(code, ended)
    last = _last_line(files.log(number))
    quoted = f"; the last that it printed: {last}" if last else ""
    message = f"its process ended with exit code {ended.code} {while_in}, and told nothing{quoted}"
    return Status.FAILED, (_problem(message),)


def _answered(code: int, ended: Ended) -> tuple[Status, tuple[Problem, ...]]:
    """A model's own code may end the process in another way than its load ended."""
    if code or not ended.code:
        return (Status.FAILED if code else Status.OK), ()
    message = f"its process had told all, and then ended with exit code {ended.code}"
    return Status.FAILED, (_problem(message),)


def _killed(name: str, while_in: str) -> Problem:
    hint = None
    if name == "SIGKILL":
        hint = "the kernel ends so what it has no memory for: `dmesg` tells whether it did"
    return _problem(f"its process was ended by {name} {while_in}", hint)


def _problem(message: str, hint: str | None = None) -> Problem:
    return Problem(path="", message=message, hint=hint, fault=Fault.UNSUPPORTED)


def _last_line(log: Path, most: int = 200) -> str:
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:most] if lines else ""
