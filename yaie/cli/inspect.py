"""`yaie inspect`: the modules that a load would bring, as a folded tree."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from yaie.cli import part, setting
from yaie.cli.words import composed

EXAMPLES = """\
  yaie inspect model=llama2 precision=bf16
  yaie inspect model=llama2 quantization=bnb_4bit device=auto --host 2xt4
  yaie inspect model=llama2 --depth 2
  yaie inspect model=llama2 --module model.layers.3
  yaie inspect model=llama2 --module "*.self_attn" --json
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`inspect` looks at what the machine that is named would be given."""
    setting.add_flags(parser)
    part.add_flags(parser)


def run(args: Namespace) -> int:
    """Prints the tree, and on stderr what is to be said of the load."""
    depth = part.depth(args)
    composition, there = composed(args), setting.setting(args)
    from yaie.planning.inspection import inspect

    found = inspect(composition, there)
    if args.module is not None:
        found = found.selected(args.module)
    if depth is not None:
        found = found.cut(depth)
    if args.json:
        from yaie.cli.document import write

        write(found.as_json())
        return 0
    from yaie.cli import problems
    from yaie.cli.colour import painter

    print(*found.tree.lines(painter(sys.stdout)), sep="\n")
    if not args.quiet:
        problems.write(found.problems, sys.stderr)
    return 0
