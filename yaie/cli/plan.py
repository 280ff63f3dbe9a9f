"""`yaie plan`: the exact calls, what they would fetch, and the memory they would take."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from yaie.cli import setting, use
from yaie.cli.words import composed

EXAMPLES = """\
  yaie plan model=llama2 precision=bf16
  yaie plan recipes/llama2-4bit.yaml --json
  yaie plan model=llama2 --host 2xh100     for another machine than this one
  yaie plan model=tiny --context 4096      with the cache of a text of 4,096 tokens
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`plan` decides for the machine and the use that are named."""
    setting.add_flags(parser)
    use.add_flags(parser)


def run(args: Namespace) -> int:
    """Prints the plan."""
    composition, there, wanted = composed(args), setting.setting(args), use.use(args)
    from yaie.planning.download import plan_with_files

    decided = plan_with_files(composition, there, wanted)
    if args.json:
        from yaie.cli.document import write

        write(decided.as_json())
        return 0
    from yaie.cli import memory, problems
    from yaie.cli.fetching import comments
    from yaie.planning.python import program

    print(program(decided))
    if decided.download:
        print("\n".join(comments(decided.download)))
    if decided.memory is not None:
        print("\n".join(f"# {line}" for line in memory.lines(decided.memory, sys.stdout)))
    if not args.quiet:
        problems.write(decided.problems, sys.stderr)
    return 0
