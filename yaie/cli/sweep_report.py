"""The flags of what is made of a sweep's rows, and the files that are."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.cli.sweep_measures import measuring
from yaie.errors import Fault, InputError, Problem, SourceError, UnsupportedError
from yaie.sweeps.measures.measuring import PARTS

if TYPE_CHECKING:
    from yaie.cli.sweep_ending import Cut
    from yaie.sweeps.report.best import Best
    from yaie.sweeps.report.column import Column
    from yaie.sweeps.report.condition import Condition
    from yaie.sweeps.row import Row
    from yaie.sweeps.swept import Swept

VALUED = ("--best", "--by", "--write")
"""Flags that are followed by a value."""


def add_flags(parser: ArgumentParser) -> None:
    """Which cell is recommended, and what is written."""
    flags = parser.add_argument_group("what is made of the rows")
    flags.add_argument(
        "--best",
        metavar="CONDITIONS",
        help="recommend a cell that meets them all: 'memory<8GiB,kl<=0.05', in quotes; of several"
        " the one that loses least of quality, then takes least memory, then is fastest",
    )
    flags.add_argument(
        "--by", metavar="MEASURE", help="recommend by this first: `--by tokens`, `--by load`"
    )
    flags.add_argument(
        "--write", metavar="FILE", help="write the recommended cell as a recipe: best.yaml"
    )
    flags.add_argument(
        "--overwrite", action="store_true", help="write FILE even where another recipe is there"
    )
    flags.add_argument(
        "--parquet",
        action="store_true",
        help="write rows.parquet, too, beside rows.csv and report.html in the folder of the sweep",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the flags ask for."""

    conditions: tuple[Condition, ...]
    by: Column | None
    recipe: Path | None
    """Where the best cell is to be written; None where it is not."""
    overwrite: bool
    parquet: bool
    is_for_best: bool
    """Whether a cell is to be recommended."""
    said: tuple[str, ...] = ()
    """The flags that say which."""


def wish(args: Namespace, rows: Sequence[Row] | None = None) -> Wish:
    """Reads the flags, before anything runs; raises InputError and UnsupportedError for what cannot
    be had.

    Where the rows are there it is theirs that may be named, otherwise what will be measured.
    """
    if args.parquet and find_spec("pyarrow") is None:
        message = "`--parquet` needs the package pyarrow, which is not installed"
        hint = "`pip install 'yaie[parquet]'`"
        fault = Fault.UNSUPPORTED
        raise UnsupportedError(Problem(path="", message=message, hint=hint, fault=fault))
    recipe = None if args.write is None else Path(args.write)
    problems: list[Problem] = []
    with _gathered(problems):
        if recipe is not None:
            _check_place(recipe)
    found, by = _asked(args, rows, problems)
    if problems:
        raise InputError(*problems)
    return Wish(
        conditions=found,
        by=by,
        recipe=recipe,
        overwrite=args.overwrite,
        parquet=args.parquet,
        is_for_best=any(each is not None for each in (args.best, args.by, recipe)),
        said=tuple(_said(args)),
    )


@contextmanager
def _gathered(problems: list[Problem]) -> Iterator[None]:
    """What is wrong is told with all else."""
    try:
        yield
    except InputError as error:
        problems += error.problems


def _check_place(recipe: Path) -> None:
    from yaie.spec.recipe_file import check_place

    check_place(recipe, "--write")


def _asked(
    args: Namespace, rows: Sequence[Row] | None, problems: list[Problem]
) -> tuple[tuple[Condition, ...], Column | None]:
    """Conditions and order."""
    from yaie.sweeps.report.best import ordering
    from yaie.sweeps.report.condition import conditions
    from yaie.sweeps.report.measurable import measurable, refuse_untaken

    among = measurable(rows or ())
    parts = PARTS if rows is not None or args.dry_run else measuring(args).parts
    found: tuple[Condition, ...] = ()
    by = None
    with _gathered(problems):
        if args.best is not None:
            found = conditions(args.best, among)
            refuse_untaken([condition.column for condition in found], parts, "--best")
    with _gathered(problems):
        if args.by is not None:
            by = ordering(args.by, among)
            refuse_untaken([by], parts, "--by")
    return found, by


def _said(args: Namespace) -> Iterator[str]:
    for flag, value in (("--best", args.best), ("--by", args.by)):
        if value is not None:
            yield from (flag, value)


def written(
    swept: Swept, best: Best | None, asked: Wish, cut: Cut | None
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The files beside the rows, none where nothing ran or nothing can be written; and why not."""
    from yaie.sweeps.reporting import report, write

    if swept.folder is None or (cut is not None and cut.is_full):
        return {}, ()
    try:
        files = write(swept.folder, report(swept, best), parquet=asked.parquet)
    except SourceError as error:
        return {}, error.problems
    return {kind: str(path) for kind, path in files.items()}, tuple(_unplotted(files["page"]))


def _unplotted(page: Path) -> Iterator[Problem]:
    if find_spec("plotly") is None:
        message = f"`{page}` has no plots, for the package plotly is not installed"
        hint = "`pip install 'yaie[report]'`"
        yield Problem(path="", message=message, hint=hint, severity="warning")
