"""The flags of `load` that act on what was loaded."""

from __future__ import annotations

from argparse import Namespace, _ArgumentGroup
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaie.loading.acts.act import Act, Acts

VALUED = ("--prompt", "--save")
"""Those that are followed by a value."""


def add_arguments(flags: _ArgumentGroup) -> None:
    """A flag an act."""
    flags.add_argument(
        "--prompt",
        metavar="TEXT",
        help="give the model this text, and print what the task makes of it",
    )
    flags.add_argument(
        "--save",
        metavar="DIR",
        help="write the loaded model there as a checkpoint; one that is there is replaced",
    )


def asked(args: Namespace) -> Acts:
    """The acts that the flags ask for, in the order in which they are done."""
    return tuple(_asked(args))


def _asked(args: Namespace) -> Iterator[Act]:
    from yaie.loading.acts.answer import Answer
    from yaie.loading.acts.save import Save

    if args.prompt is not None:
        yield Answer(prompt=args.prompt)
    if args.save is not None:
        yield Save(folder=args.save)
