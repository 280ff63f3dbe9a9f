"""A sweep's folder among the words of a command line: it is told, and nothing is planned or run."""

from __future__ import annotations

import os.path
import shlex
from argparse import Namespace
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.wording import all_quoted, nearest, quoted
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
        _refuse_missing([word for word in args.words if "=" not in word])
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


def _refuse_missing(words: list[str]) -> None:
    """A word that is nothing, beside sweeps: one of them was meant."""
    for path in map(Path, words):
        beside = _sweeps_in(path.parent) if len(path.parts) > 1 and not path.exists() else []
        if beside:
            message = f"there is no `{path}`; beside it are {quoted(map(str, beside))}"
            near = nearest(str(path), [*map(str, beside)]) or str(beside[-1])
            hint = f"`yaie sweep {shlex.quote(near)}`"
            raise InputError(Problem(path="", message=message, hint=hint))


def _sweeps_in(folder: Path) -> list[Path]:
    """The oldest first."""
    there = folder.iterdir() if folder.is_dir() else ()
    held = [path for path in there if Files(path).hold_a_sweep]
    return sorted(held, key=lambda path: path.stat().st_mtime)


def _refuse_around(folder: Path) -> None:
    """A folder of sweeps is none itself; the last of them was meant, perhaps."""
    if held := _sweeps_in(folder):
        last = held[-1]
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
