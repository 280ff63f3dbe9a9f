"""The program: argv in, an exit code out; the one place where errors become exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from yaie.cli.signals import BROKEN_PIPE, INTERRUPTED

if TYPE_CHECKING:
    from yaie.errors import Problem

UNWRITTEN = 4
"""Fault.SOURCE; the errors are imported where they are needed."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a write to a full or failing disk ends in; stdout may be a file on it."""


def main(argv: Sequence[str]) -> int:
    """Runs the verb that argv names; never raises."""
    _settle_streams()
    try:
        code = _answer(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough.
        _discard_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"the answer cannot be written: {error.strerror}", file=sys.stderr)
        _discard_stdout()
        return UNWRITTEN
    return code


def _settle_streams() -> None:
    """Text that a stream cannot spell is escaped; what is written to a closed one goes nowhere."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")


def _discard_stdout() -> None:
    """What is still buffered must not fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _answer(argv: Sequence[str]) -> int:
    from yaie.errors import YaieError

    try:
        return _run(argv)
    except YaieError as error:
        from yaie.cli.problems import report

        report(error.problems, argv)
        return error.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        if isinstance(error, FileNotFoundError) and _is_stranded():
            from yaie.cli.problems import report

            report([_stranded()], argv)
            return UNWRITTEN
        from yaie.cli.bug import confess

        return confess(error, argv)


def _is_stranded() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _stranded() -> Problem:
    from yaie.errors import Fault, Problem

    message = "the current folder was taken away"
    return Problem(path="", message=message, hint="`cd` to another one", fault=Fault.SOURCE)


def _run(argv: Sequence[str]) -> int:
    from yaie.cli import help
    from yaie.cli.arguments import parse, select
    from yaie.cli.verbs import DEFAULT, verb

    name, rest = select(argv)
    args = parse(name or DEFAULT, rest)
    if args.version:
        print(help.version())
    elif args.help:
        print(help.of(name), end="")
    else:
        _open_catalogue(quiet=args.quiet)
        return verb(name or DEFAULT).run(args)
    return 0


def _open_catalogue(*, quiet: bool) -> None:
    """Opens what is known of architectures; a new transformers has it built, which takes time."""
    from yaie.facts.catalogue import catalogue

    catalogue((lambda _: None) if quiet else lambda said: print(said, file=sys.stderr, flush=True))
