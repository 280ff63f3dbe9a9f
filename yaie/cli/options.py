"""`yaie show options`: what each group offers."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from yaie.cli.colour import painter
from yaie.errors import InputError, Problem
from yaie.spec.conf import folder_groups, options, sentence
from yaie.spec.load_spec import GROUPS
from yaie.spec.wording import all_quoted, nearest


def show_options(groups: Sequence[str], args: Namespace) -> None:
    """Prints each option with its one-sentence comment."""
    known = tuple(dict.fromkeys((*GROUPS, *folder_groups(args.config_dir))))
    if wrong := [group for group in groups if group not in known]:
        raise InputError(*(_no_group(group, known) for group in wrong))
    found = {
        group: {name: sentence(group, name, args.config_dir) for name in names}
        for group in groups or known
        if (names := options(group, args.config_dir))
    }
    if args.json:
        from yaie.cli.document import write

        write({"options": found})
    else:
        print("\n\n".join(_listing(group, names) for group, names in found.items()))


def _listing(group: str, sentences: dict[str, str]) -> str:
    paint = painter(sys.stdout)
    width = max(len(name) for name in sentences)
    lines = (f"  {name:{width}}  {said}".rstrip() for name, said in sentences.items())
    return "\n".join([paint(group, "bold"), *lines])


def _no_group(group: str, known: Sequence[str]) -> Problem:
    near = nearest(group, known)
    return Problem(
        path="",
        message=f"`{group}` is no group; the groups are {all_quoted(known)}",
        hint=f"`yaie show options {near}`" if near else "`yaie show options` lists them",
    )
