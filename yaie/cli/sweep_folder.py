"""A sweep's folder among the words of a command line: it is told, and nothing is planned or run."""

from __future__ import annotations

import os.path
import shlex
from argparse import Namespace
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.wording import all_quoted
from yaie.sweeps.files import Files

_USUAL = {"host": "this", "transformers": "installed", "dry_run": False}
_IDLE = (
    *("into", "workers", "timeout", "dry_run", "measure", "text", "tokens"),
    *("repeats", "reference"),
    *("host", "transformers", "context", "batch", "config_dir"),
)
"""Flags that say how cells are planned, run or measured."""


def folder_of(args: Namespace) -> Path | None:
    """The folder of a sweep that the words name; None where they name none.

    Raises InputError for words and flags beside it that nothing would heed, and for a folder that
    holds no sweep but some below it.
    """
    found = [word for word in args.words if "=" not in word and os.path.isdir(word)]
    if not found:
        return None
    folder = Path(found[0])
    if not Files(folder).hold_a_sweep:
        _refuse_around(folder)
        return None
    idle = [word for word in args.words if word != found[0]]
    idle += [_flag(name) for name in _IDLE if getattr(args, name) != _USUAL.get(name)]
    if idle:
        raise InputError(_idle(folder, idle))
    return folder


def _refuse_around(folder: Path) -> None:
    """A folder of sweeps is none itself; the last of them was meant, perhaps."""
    held = [path for path in folder.iterdir() if Files(path).hold_a_sweep]
    if held:
        last = max(held, key=lambda path: path.stat().st_mtime)
        message = f"`{folder}` holds no sweep itself, but some below it"
        raise InputError(
            Problem(path="", message=message, hint=f"`yaie sweep {shlex.quote(str(last))}`")
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _idle(folder: Path, words: list[str]) -> Problem:
    from yaie.sweeps.swept import read

    message = (
        f"`{folder}` is a sweep that was run; it is told, nothing is planned or run, and"
        f" {all_quoted(words)} would do nothing"
    )
    hint = f"leave it out, or go on with that sweep: `{read(folder).preface.command}`"
    return Problem(path="", message=message, hint=hint)
