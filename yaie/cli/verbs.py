"""The verbs, by name: a line for the help, and a module that is imported when the verb is said."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Protocol, cast

DEFAULT = "load"

SUMMARIES: dict[str, str] = {
    "load": "load the model, print the receipt of what was got (the verb when none is given)",
    "check": "every problem of every recipe given, at once, before a byte of weights",
    "plan": "the exact calls, the files that they would bring, and the memory that they take",
    "fit": "which combinations of options fit a machine, the best first",
    "sweep": "run the product of options, each cell in a process of its own; one table in the end",
    "inspect": "the modules as a folded tree: parameters, dtypes, devices, memory",
    "code": "the same calls as a Python program that stands alone",
    "fetch": "bring the files that loads read, and load nothing",
    "show": "the composed spec, and where each value is from; options; architectures; hosts; rules",
}
"""Each is a module of this package by the same name."""

LATER: tuple[str, ...] = (
    "adopt",
    "diff",
    "doctor",
    "lock",
    "new",
    "prepare",
    "schema",
    "store",
)
"""Verbs that are promised and not here yet."""

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "bench": ("sweep",),
    "benchmark": ("sweep",),
    "compare": ("sweep",),
    "download": ("fetch",),
    "estimate": ("plan", "fit"),
    "lint": ("check",),
    "memory": ("plan", "fit"),
    "multirun": ("sweep",),
    "pull": ("fetch",),
    "run": ("load",),
    "size": ("plan", "fit"),
    "validate": ("check",),
}
"""What other programs call a verb → those that do it here."""


class Verb(Protocol):
    """What the module of a verb holds."""

    EXAMPLES: str

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, args: Namespace) -> int: ...


def verb(name: str) -> Verb:
    """The module of a verb."""
    return cast(Verb, import_module(f"yaie.cli.{name}"))
