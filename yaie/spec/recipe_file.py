"""Where a recipe may be written, and writing it there whole."""

from __future__ import annotations

import os
from pathlib import Path

from yaie.errors import Fault, InputError, Problem, SourceError


def check_place(path: Path, flag: str) -> None:
    """Raises InputError where no recipe can stand, before anything is done for it."""
    if path.suffix not in (".yaml", ".yml"):
        raise _refused(f"`{path}` is no name of a recipe", f"`{flag} {path.stem}.yaml`", flag)
    if path.is_dir():
        raise _refused(f"`{path}` is a folder", f"`{flag} {path / 'best.yaml'}`", flag)
    if not path.parent.is_dir():
        raise _refused(f"there is no folder `{path.parent}`", f"`mkdir -p {path.parent}`", flag)
    if not os.access(path.parent, os.W_OK):
        raise _refused(f"`{path.parent}` may not be written to", None, flag)


def check_free(path: Path, head: str, flag: str) -> None:
    """Raises InputError where a file is there that does not begin so."""
    if path.exists() and not path.read_bytes().startswith(head.encode()):
        raise _taken(path, flag)


def _taken(path: Path, flag: str) -> InputError:
    hint = f"`{flag} OTHER.yaml`, or `--overwrite`"
    return _refused(f"`{path}` is there already, and says something else", hint, flag)


def place(path: Path, text: str, flag: str, *, overwrite: bool) -> None:
    """Writes a recipe; raises InputError where another one is there, and is not to be overwritten.

    Whoever reads it meanwhile finds all of it, or what was there before. Raises SourceError where
    the disk takes it not.
    """
    if path.exists() and not overwrite and path.read_bytes() != text.encode():
        raise _taken(path, flag)
    try:
        write_text(path, text)
    except OSError as error:
        message = f"`{path}` cannot be written: {error.strerror}"
        problem = Problem(path="", message=message, origin=flag, fault=Fault.SOURCE)
        raise SourceError(problem) from error


def write_text(path: Path, text: str | bytes) -> None:
    """Writes a file beside, and exchanges it for what was there; raises OSError, and then leaves
    nothing behind."""
    part = path.with_name(f"{path.name}.part")
    data = text.encode() if isinstance(text, str) else text
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _refused(message: str, hint: str | None, flag: str) -> InputError:
    return InputError(Problem(path="", message=message, hint=hint, origin=flag))
