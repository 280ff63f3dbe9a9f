"""The row of a cell whose process has ended: by its answer, or by how it ended without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from yaie.errors import Fault, Problem
from yaie.sweeps.files import Files, read_whole
from yaie.sweeps.handover import problems_from_json
from yaie.sweeps.machine import machine
from yaie.sweeps.process import Ended
from yaie.sweeps.row import Row, Status

MORE_MEMORY = "give it more memory, or run fewer cells at a time"


def row_of(files: Files, number: int, planned: Mapping[str, Any], ended: Ended) -> Row:
    """The row of a cell, from what it told and how its process ended."""
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
        exit_code=None if ended.signal or ended.broken_off else code or ended.code,
        signal=None if ended.broken_off else ended.signal,
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
    if ended.broken_off:
        return Status.KILLED, (_problem(f"its job was ended {while_in}: {ended.broken_off}"),)
    if ended.signal:
        return Status.KILLED, (_killed(ended, while_in),)
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


def _killed(ended: Ended, while_in: str) -> Problem:
    message = f"its process was ended by {ended.signal} {while_in}"
    if ended.signal != "SIGKILL":
        return _problem(message)
    if ended.lack:
        return _problem(f"{message}: {ended.lack}", MORE_MEMORY)
    hint = "the kernel ends so what it has no memory for: `dmesg` tells whether it did"
    return _problem(message, hint if ended.lack is None else None)


def _problem(message: str, hint: str | None = None) -> Problem:
    return Problem(path="", message=message, hint=hint, fault=Fault.UNSUPPORTED)


def _last_line(log: Path, most: int = 200) -> str:
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:most] if lines else ""
