"""The flags of a sweep."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.cli import setting, sweep_measures, use
from yaie.cli.words import one_load
from yaie.errors import InputError, Problem

if TYPE_CHECKING:
    from yaie.sweeps.product import Asked
    from yaie.sweeps.running import Running

VALUED = ("--into", "--workers", "--timeout")
"""Flags of a sweep that are followed by a value."""


def add_flags(parser: ArgumentParser) -> None:
    """Where a sweep is written, and how its cells run."""
    flags = parser.add_argument_group("flags of sweep")
    flags.add_argument(
        "--into",
        metavar="DIR",
        help="the folder of the sweep; `sweeps/MODEL-DIGEST` where not said, the same for the same"
        " words, files and versions, so that a second run goes on where the first ended",
    )
    flags.add_argument(
        "--workers",
        metavar="N",
        help="so many cells at a time on this machine: `hydra/launcher=joblib"
        " hydra.launcher.n_jobs=N`",
    )
    flags.add_argument(
        "--timeout", metavar="SECONDS", help="end a cell that takes longer, and go on"
    )
    flags.add_argument("--dry-run", action="store_true", help="plan the cells, and run nothing")


def asked(args: Namespace) -> tuple[Asked, Running]:
    """What a command line asks for, and how it is to run."""
    from yaie.sweeps.launcher_words import is_of_launcher
    from yaie.sweeps.product import Asked

    of_launcher = [word for word in args.words if is_of_launcher(word)]
    args.words = [word for word in args.words if word not in of_launcher]
    recipe, overrides = one_load(args)
    found = Asked(
        recipe=recipe,
        overrides=tuple(overrides),
        config_dir=args.config_dir,
        host=args.host,
        transformers=args.transformers,
        use=use.use(args),
    )
    return found, _running(args, of_launcher)


def _running(args: Namespace, words: list[str]) -> Running:
    """How the cells run, by the flags and the words for Hydra's launcher."""
    from yaie.sweeps.launcher_words import picks_launcher
    from yaie.sweeps.running import Running

    if args.workers is not None and any(picks_launcher(word) for word in words):
        message = "`--workers` and `hydra/launcher` both say where cells run"
        hint = "leave one of the two out"
        raise InputError(Problem(path="", message=message, hint=hint, origin="--workers"))
    return Running(
        into=None if args.into is None else Path(args.into),
        workers=_workers(args.workers),
        launcher=tuple(words),
        timeout=_seconds(args.timeout),
        measuring=sweep_measures.measuring(args),
        text_file=sweep_measures.text_file(args),
        reference=args.reference,
        dry=args.dry_run,
    )


def refuse_another_release(args: Namespace) -> None:
    """Raises InputError where cells would be planned for a release that they do not run with."""
    if args.dry_run or not setting.names_a_release(args):
        return
    from yaie.facts.setting import here

    planned, own = setting.setting(args).catalogue.version, here().catalogue.version
    if planned != own:
        message = f"cells run with transformers {own}, which is installed, and not with {planned}"
        hint = "`--dry-run`, which plans them alone"
        raise InputError(Problem(path="", message=message, hint=hint, origin="--transformers"))


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0 < found < float("inf"):
        raise _refused("--timeout", text, "a number of seconds", "600")
    return found


def _workers(text: str | None) -> int:
    if text is None:
        return 1
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if number < 1:
        raise _refused("--workers", text, "a number of processes", "2")
    return number


def _refused(flag: str, text: str, wanted: str, example: str) -> InputError:
    message = f"`{flag} {text}` is not {wanted} above 0"
    return InputError(Problem(path="", message=message, hint=f"`{flag} {example}`", origin=flag))
