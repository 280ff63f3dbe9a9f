"""The flags that say for which machine and which release of transformers a load is judged."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaie.facts.setting import Setting

VALUED = ("--host", "--transformers")
"""Flags of the setting that are followed by a value."""


def add_flags(parser: ArgumentParser) -> None:
    """The flags of a setting, which the verbs that judge without loading share."""
    flags = parser.add_argument_group("flags of the setting")
    flags.add_argument(
        "--host",
        metavar="NAME",
        default="this",
        help="the machine that it is for: `h100`, `2xrtx4090`, `cpu-64gb`, … (`yaie show hosts`"
        " lists them), or `this`",
    )
    flags.add_argument(
        "--transformers",
        metavar="VERSION",
        default="installed",
        help="the release of transformers that it is for: `4.57`, `5.0.0`, … (docs/versions.md"
        " lists them), or `installed`",
    )


def setting(args: Namespace) -> Setting:
    """The setting that the flags name; InputError for a machine or release that has no name."""
    from yaie.facts.setting import named

    return named(args.host, args.transformers)


def names_a_release(args: Namespace) -> bool:
    """Whether a release was named."""
    return bool(args.transformers != "installed")
