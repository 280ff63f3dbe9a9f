"""`yaie inspect`: the modules that a load would bring, as a folded tree."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from yaie.cli import setting
from yaie.cli.words import composed
from yaie.errors import InputError, Problem

VALUED = ("--depth", "--module")
"""Flags of the verb that are followed by a value."""
EXAMPLES = """\
  yaie inspect model=llama2 precision=bf16
  yaie inspect model=llama2 quantization=bnb_4bit device=auto --host 2xt4
  yaie inspect model=llama2 --depth 2
  yaie inspect model=llama2 --module model.layers.3
  yaie inspect model=llama2 --module "*.self_attn" --json
"""
MOST = 10**6
"""Levels that anyone could mean."""


def add_arguments(parser: ArgumentParser) -> None:
    """`inspect` looks at what the machine that is named would be given."""
    setting.add_flags(parser)
    flags = parser.add_argument_group("flags of inspect")
    flags.add_argument(
        "--depth", metavar="N", help="so many levels of modules below the first, all where not said"
    )
    flags.add_argument(
        "--module",
        metavar="PATH",
        help="these modules alone, by their path or a pattern: `model.layers.3`, `*.self_attn`",
    )


def run(args: Namespace) -> int:
    """Prints the tree, and on stderr what is to be said of the load."""
    depth = None if args.depth is None else _depth(args.depth)
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
    from yaie.planning.tree.drawing import lines

    print(*lines(found.tree, painter(sys.stdout)), sep="\n")
    if not args.quiet:
        problems.write(found.problems, sys.stderr)
    return 0


def _depth(text: str) -> int:
    digits = text if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else "-1"
    if not 0 <= int(digits) <= MOST:
        message = f"`--depth {text}` is no whole number from 0 to {MOST:,}"
        raise InputError(Problem(path="", message=message, hint="`--depth 2`"))
    return int(digits)
