"""`yaie show rules`: what every rule holds, and what transformers does without it."""

from __future__ import annotations

import sys
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from yaie.cli.colour import painter
from yaie.errors import InputError, Problem
from yaie.rules.judge import GROUPS, rules_of
from yaie.rules.reference import RuleText, heading, texts
from yaie.spec.wording import nearest

_WIDTH = 88


def show_rules(names: Sequence[str], args: Namespace) -> None:
    """Prints the rules of these names, or all with what each holds."""
    known = {text.name: text for module in GROUPS for text in texts(rules_of(module))}
    if wrong := [name for name in names if name not in known]:
        raise InputError(*(_no_rule(name, known) for name in wrong))
    if args.json:
        from dataclasses import asdict

        from yaie.cli.document import write

        write({"rules": [asdict(known[name]) for name in names or known]})
    elif names:
        print("\n\n".join("\n".join(_told(known[name])) for name in names))
    else:
        print("\n".join(_listing()).strip())


def _listing() -> Iterator[str]:
    paint = painter(sys.stdout)
    for module in GROUPS:
        yield from ("", paint(heading(module), "bold"))
        for text in texts(rules_of(module)):
            yield from (
                f"  {text.name}",
                textwrap.indent(textwrap.fill(text.cause, _WIDTH), "      "),
            )


def _told(text: RuleText) -> Iterator[str]:
    yield painter(sys.stdout)(text.name, "bold")
    yield textwrap.fill(text.cause, _WIDTH)
    if text.upstream:
        yield ""
        yield textwrap.fill(f"Without it: {text.upstream}", _WIDTH)


def _no_rule(name: str, known: Mapping[str, RuleText]) -> Problem:
    near = nearest(name, known)
    return Problem(
        path="",
        message=f"there is no rule `{name}`",
        hint=f"`yaie show rules {near}`" if near else "`yaie show rules` lists them",
    )
