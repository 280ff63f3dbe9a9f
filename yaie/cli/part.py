"""The flags that say which part of a tree of modules is looked at."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from yaie.errors import InputError, Problem

VALUED = ("--depth", "--module")
"""Flags of the part that are followed by a value."""
MOST = 10**6
"""Levels that anyone could mean."""


def add_flags(parser: ArgumentParser) -> None:
    """How deep, and which modules."""
    flags = parser.add_argument_group("flags of inspect")
    flags.add_argument(
        "--depth", metavar="N", help="so many levels of modules below the first, all where not said"
    )
    flags.add_argument(
        "--module",
        metavar="PATH",
        help="these modules alone, by their path or a pattern: `model.layers.3`, `*.self_attn`",
    )


def depth(args: Namespace) -> int | None:
    """The levels that are asked for; None for all. InputError for what is no number of them."""
    text = args.depth
    if text is None:
        return None
    digits = text if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else "-1"
    if not 0 <= int(digits) <= MOST:
        message = f"`--depth {text}` is no whole number from 0 to {MOST:,}"
        raise InputError(Problem(path="", message=message, hint="`--depth 2`"))
    return int(digits)
