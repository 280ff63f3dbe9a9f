"""`yaie check`: every problem of every recipe, at once."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.cli import setting
from yaie.cli.results import Result, document
from yaie.cli.words import below, parted
from yaie.errors import InputError, Problem, YaieError, errors_of
from yaie.spec.wording import counted

if TYPE_CHECKING:
    from yaie.facts.setting import Setting
    from yaie.spec.load_spec import Composition
    from yaie.sweeps.checking import Judge

EXAMPLES = """\
  yaie check model=llama2 precision=bf16 attention=flash_attention_2
  yaie check recipes/                      all recipes of a folder
  yaie check a.yaml b.yaml device=cuda     the override holds for both
  yaie check recipes/ --json
  yaie check model=llama2 --host rtx4090   for another machine than this one
  yaie check recipes/ --checkpoint         with the headers of their checkpoints
  yaie check recipes/ --transformers 4.57  for another release, and what it spells otherwise
"""


def add_arguments(parser: ArgumentParser) -> None:
    """`check` takes several recipes, and judges them for the machine that is named."""
    setting.add_flags(parser)
    parser.add_argument_group("flags of check").add_argument(
        "--checkpoint",
        action="store_true",
        help="compare model and weights too, by the checkpoint's headers; asks the hub for what is"
        " not at hand, the weights excepted",
    )
    parser.usage = "yaie check [RECIPE | FOLDER ...] [OVERRIDE ...] [--flags]"


def run(args: Namespace) -> int:
    """Prints what is wrong; the exit code is the lowest fault."""
    recipes, overrides = parted(below(args.words), args.config_dir)
    there = setting.setting(args)
    outcomes = list(_compositions(recipes or [None], overrides, args.config_dir))
    judge = _judge_with_checkpoint() if args.checkpoint else None
    from yaie.spec.recipe_axes import is_sweep

    results = [
        _sweep(recipe, overrides, args.config_dir, there, judge)
        if is_sweep(recipe, outcome)
        else Result(
            recipe=recipe,
            problems=_uncomposed(outcome, recipe, overrides, args.config_dir, there)
            if isinstance(outcome, InputError)
            else _composed(outcome, there, judge or _judge()),
        )
        for recipe, outcome in outcomes
    ]
    if setting.names_a_release(args):
        results = [
            _released(result, outcome, there)
            for result, (_, outcome) in zip(results, outcomes, strict=True)
        ]
    if args.json:
        from yaie.cli.document import write

        write(document(results))
    else:
        _tell(results, quiet=args.quiet)
    return min((int(p.fault) for r in results for p in errors_of(r.problems)), default=0)


def _compositions(
    recipes: Sequence[Path | None], overrides: Sequence[str], config_dir: Path | None
) -> Iterable[tuple[Path | None, Composition | InputError]]:
    from yaie.spec.compose import compose_all

    return zip(recipes, compose_all(recipes, overrides, config_dir), strict=True)


def _released(result: Result, outcome: Composition | InputError, there: Setting) -> Result:
    """The result with the release that was named, and what that spells in another way."""
    from yaie.planning.preflight import spelled

    named = replace(result, transformers=there.catalogue.version)
    if isinstance(outcome, InputError) or not result.ok:
        return named
    return replace(named, spelled=spelled(outcome, there))


def _judge() -> Judge:
    from yaie.planning.preflight import check

    return check


def _judge_with_checkpoint() -> Judge:
    from yaie.planning.inquiry import check_with_checkpoint

    return check_with_checkpoint


def _sweep(
    recipe: Path | None,
    overrides: Sequence[str],
    config_dir: Path | None,
    there: Setting,
    judge: Judge | None,
) -> Result:
    """A recipe that says what a sweep of it varies is judged cell by cell."""
    from yaie.sweeps.checking import checked
    from yaie.sweeps.product import Asked

    asked = Asked(recipe=recipe, overrides=tuple(overrides), config_dir=config_dir)
    found = checked(asked, there, judge and partial(_composed, judge=judge))
    return Result(recipe=recipe, problems=found.problems, cells=found.cells)


def _uncomposed(
    error: InputError,
    recipe: Path | None,
    overrides: Sequence[str],
    config_dir: Path | None,
    there: Setting,
) -> tuple[Problem, ...]:
    from yaie.planning.preflight import uncomposed

    return uncomposed(error, recipe, overrides, config_dir, there)


def _composed(composition: Composition, there: Setting, judge: Judge) -> tuple[Problem, ...]:
    try:
        return judge(composition, there)
    except YaieError as error:
        return error.problems


def _tell(results: Sequence[Result], *, quiet: bool) -> None:
    from yaie.cli.problems import write

    for result in results:
        if result.problems or not quiet:
            print(_headline(result))
        for said in result.spelled:
            print(f"  there `{said.there}` is said for `{said.today}`")
        if result.problems:
            print()
            write(result.problems, sys.stdout)
            print()
    if len(results) > 1 and not quiet:
        good = sum(result.ok for result in results)
        print(f"{good} of {len(results)} recipes {'is' if good == 1 else 'are'} ok")


def _headline(result: Result) -> str:
    name = "" if result.recipe is None else f"{result.recipe}: "
    errors = len(errors_of(result.problems))
    warnings = len(result.problems) - errors
    said = ["ok"] if result.ok else [counted(errors, "error")]
    said += [counted(result.cells, "cell")] if result.cells else []
    there = f" for transformers {result.transformers}" if result.transformers else ""
    return name + ", ".join([*said, counted(warnings, "warning")] if warnings else said) + there
