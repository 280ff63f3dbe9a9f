"""`yaie fetch`: brings what loads read, and loads nothing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.cli import setting
from yaie.cli.words import below, parted
from yaie.errors import InputError, Problem, errors_of
from yaie.spec.wording import counted, lasting, sized

if TYPE_CHECKING:
    from yaie.facts.setting import Setting
    from yaie.loading.bringing import Fetched
    from yaie.spec.load_spec import Composition

EXAMPLES = """\
  yaie fetch model=llama2
  yaie fetch recipes/                      for every recipe of a folder
  yaie fetch a.yaml b.yaml model.cache_dir=/data/hub
  yaie fetch model=llama2 device=cuda --host h100    to this machine, for that one
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`fetch` takes several recipes, and judges them for the machine that is named."""
    setting.add_flags(parser)
    parser.usage = "yaie fetch [RECIPE | FOLDER ...] [OVERRIDE ...] [--flags]"


def run(args: Namespace) -> int:
    """Brings, and prints a line a load; the exit code is the lowest fault."""
    there = setting.setting(args)
    compositions = _compositions(args, there)
    from yaie.cli.progress import reporter
    from yaie.loading.bringing import fetch

    fetched = fetch(compositions, reporter(sys.stderr, quiet=args.quiet), there)
    problems = tuple(problem for load in fetched for problem in load.problems)
    if args.json:
        from yaie.cli.document import write

        write({"results": [load.as_json() for load in fetched]})
    else:
        from yaie.cli.problems import write as write_problems

        print("\n".join(_line(load) for load in fetched))
        if not args.quiet:
            write_problems(problems, sys.stderr)
    return min((int(problem.fault) for problem in errors_of(problems)), default=0)


def _compositions(args: Namespace, there: Setting) -> list[Composition]:
    """Those that the words ask for; InputError with every problem of any of them."""
    recipes, overrides = parted(below(args.words), args.config_dir)
    from yaie.planning.preflight import uncomposed
    from yaie.spec.compose import compose_all

    given: Sequence[Path | None] = recipes or [None]
    composed: list[Composition] = []
    problems: list[Problem] = []
    for recipe, outcome in zip(given, compose_all(given, overrides, args.config_dir), strict=True):
        if isinstance(outcome, InputError):
            problems += uncomposed(outcome, recipe, overrides, args.config_dir, there)
        else:
            composed.append(outcome)
    if problems:
        raise InputError(*problems)
    return composed


def _line(load: Fetched) -> str:
    name = f"{load.recipe}: " if load.recipe else ""
    if load.folder is None:
        return f"{name}nothing to fetch"
    at = f" at {load.revision}" if load.revision else ""
    return f"{name}{load.id}{at}: {_told(load)}, in {load.folder}"


def _told(load: Fetched) -> str:
    held = f"{counted(len(load.cached), 'file')} at hand"
    if not load.files:
        return held
    total = sized(sum(load.files.values()))
    came = f"{counted(len(load.files), 'file')} fetched, {total} in {lasting(load.seconds)}"
    return f"{came}, {held}"
