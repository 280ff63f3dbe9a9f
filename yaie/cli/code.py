"""`yaie code`: the calls of a load as a Python program that stands alone."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from yaie.cli import setting
from yaie.cli.words import composed

EXAMPLES = """\
  yaie code model=llama2 precision=bf16
  yaie code recipes/llama2-4bit.yaml device=cuda > load.py
  yaie code model=llama2 --transformers 4.55   in the words of another release
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`code` writes for the machine and the release that are named."""
    setting.add_flags(parser)


def run(args: Namespace) -> int:
    """Prints the program; what is worth saying besides goes to stderr."""
    composition, there = composed(args), setting.setting(args)
    from yaie.planning.preflight import plan
    from yaie.planning.python import program

    decided = plan(composition, setting=there)
    if args.json:
        from yaie.cli.document import write

        problems = [problem.as_json() for problem in decided.problems]
        write({"program": program(decided), "problems": problems})
        return 0
    print(program(decided), end="")
    if not args.quiet:
        from yaie.cli import problems as said

        said.write(decided.problems, sys.stderr)
    return 0
