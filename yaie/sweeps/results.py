"""The rows of a sweep's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.sweeps.files import Files
from yaie.sweeps.row import Row, from_json


def read(folder: str | Path) -> tuple[Row, ...]:
    """The rows so far, in the order of the cells; of a cell that was run again, the last.

    A last line that was cut off is left out. Raises InputError where the folder holds no sweep, or
    one that cannot be read.
    """
    files = Files(Path(folder))
    if not files.identity.is_file():
        raise InputError(Problem(path="", message=f"`{folder}` holds no sweep"))
    try:
        found = {row.number: row for row in map(_row, _lines(files.rows))}
    except (KeyError, TypeError, ValueError) as error:
        message = f"`{files.rows}` holds a line that is no row: {type(error).__name__}: {error}"
        raise InputError(Problem(path="", message=message)) from error
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
    """Takes away a last line that was cut off, so that a new row begins a line."""
    if not files.rows.is_file():
        return
    with files.rows.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def _lines(path: Path) -> list[bytes]:
    if not path.is_file():
        return []
    *whole, _ = path.read_bytes().split(b"\n")
    return whole


def _row(line: bytes) -> Row:
    return from_json(json.loads(line))
