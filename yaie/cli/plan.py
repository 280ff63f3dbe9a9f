"""`yaie plan`: the exact calls, and what they would fetch."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from yaie.cli import setting
from yaie.cli.words import composed

EXAMPLES = """\
  yaie plan model=llama2 precision=bf16
  yaie plan recipes/llama2-4bit.yaml --json
  yaie plan model=llama2 --host 2xh100     for another machine than this one
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`plan` decides for the machine that is named."""
    setting.add_flags(parser)


def run(args: Namespace) -> int:
    """Prints the plan."""
    composition, there = composed(args), setting.setting(args)
    from yaie.planning.download import plan_with_files

    decided = plan_with_files(composition, there)
    if args.json:
        from yaie.cli.document import write

        write(decided.as_json())
        return 0
    from yaie.cli import problems
    from yaie.cli.fetching import comments
    from yaie.planning.python import program

    print(program(decided))
    if decided.download:
        print("\n".join(comments(decided.download)))
    if not args.quiet:
        problems.write(decided.problems, sys.stderr)
    return 0
