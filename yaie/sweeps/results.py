"""The rows of a sweep's folder."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.sweeps.files import Files
from yaie.sweeps.row import Row, from_json


def read(folder: str | Path) -> tuple[Row, ...]:
    """The rows so far, in the order of the cells; of a cell that was run again, the last.

    A last line that was cut off is left out. Raises InputError where the folder holds no sweep, or
    a line that is no row.
    """
    files = Files(Path(folder))
    if not files.hold_a_sweep:
        raise InputError(Problem(path="", message=f"`{folder}` holds no sweep"))
    found = {row.number: row for row in _rows(files.rows)}
    return tuple(found[number] for number in sorted(found))


def append(files: Files, rows: Iterable[Row]) -> None:
    """Adds rows behind those that are there, and has them on the disk before it returns."""
    lines = "".join(f"{json.dumps(row.as_json())}\n" for row in rows)
    if not lines:
        return
    with files.rows.open("ab") as file:
        whole = file.tell()
        try:
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            # A disk that is full takes a part of it.
            file.truncate(whole)
            raise


def mend(files: Files) -> None:
    """Takes away a last line that was cut off, and ends one that was not, so that a new row begins
    a line."""
    if not files.rows.is_file():
        return
    with files.rows.open("r+b") as file:
        held = file.read()
        if _is_whole(last := held.rpartition(b"\n")[2]):
            file.write(b"\n")
        else:
            file.truncate(len(held) - len(last))


def _lines(path: Path) -> list[bytes]:
    if not path.is_file():
        return []
    *whole, last = path.read_bytes().split(b"\n")
    return [*whole, last] if _is_whole(last) else whole


def _is_whole(line: bytes) -> bool:
    """Whether nothing but its end is cut off: some editors take that away."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _rows(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_lines(path), 1):
        try:
            yield from_json(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            message = f"line {number} of `{path}` is no row: {why}"
            hint = f"`sed -i {number}d {shlex.quote(str(path))}` takes it away; its cell runs again"
            raise InputError(Problem(path="", message=message, hint=hint)) from error
