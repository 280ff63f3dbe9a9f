"""`yaie plan`: the exact calls, and what they would fetch."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from yaie.cli import setting
from yaie.cli.words import composed
from yaie.spec.wording import counted, sized

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
    from yaie.planning.python import program

    print(program(decided))
    print("\n".join(_download(decided.download or {})))
    if not args.quiet:
        problems.write(decided.problems, sys.stderr)
    return 0


def _download(files: Mapping[str, int]) -> list[str]:
    if not files:
        return ["# nothing to fetch"]
    total = f"# to fetch: {counted(len(files), 'file')}, {sized(sum(files.values()))}"
    return [total, *(f"#   {sized(size):>8}  {name}" for name, size in files.items())]
