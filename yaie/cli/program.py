"""The program: argv in, an exit code out; the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130
BROKEN_PIPE = 141
"""128 plus the signal's number, as a shell spells them."""


def main(argv: Sequence[str]) -> int:
    """Runs the verb that argv names; never raises."""
    try:
        code = _answer(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough; what is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return code


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
        from yaie.cli.bug import confess

        return confess(error, argv)


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
