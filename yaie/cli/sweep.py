"""`yaie sweep`: the product of options, each cell in a process of its own."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from shutil import get_terminal_size
from typing import TYPE_CHECKING, NoReturn

from yaie.cli import setting, sweep_measures, sweep_report, sweeping, use
from yaie.cli.words import one_load

if TYPE_CHECKING:
    from yaie.cli.sweep_report import Recommended, Wish
    from yaie.sweeps.report.page import Report
    from yaie.sweeps.sweep import Swept

EXAMPLES = """\
  yaie sweep precision=fp32,bf16,fp16 quantization=none,bnb_8bit,bnb_4bit
  yaie sweep model=llama2 'quantization=glob(bnb*)' attention=eager,sdpa --workers 2
  yaie sweep 'model.config.num_hidden_layers=range(1,4)' weights=random --dry-run
  yaie sweep recipes/laptop.yaml precision=fp32,bf16 --best 'memory<8GiB' --write best.yaml
  yaie -m model=llama2 precision=fp16,bf16 hydra/launcher=submitit_slurm hydra.launcher.qos=low
"""
TERMINATED = 128 + signal.SIGTERM


def add_arguments(parser: ArgumentParser) -> None:
    """Where a sweep is written, how its cells run, and what they are planned for."""
    sweeping.add_flags(parser)
    sweep_measures.add_flags(parser)
    sweep_report.add_flags(parser)
    setting.add_flags(parser)
    use.add_flags(parser)
    parser.usage = "yaie sweep [RECIPE] [OVERRIDE ...] [KEY=A,B ...] [--flags]"


def run(args: Namespace) -> int:
    """Plans, runs what has not run yet, prints the table."""
    of_launcher = [word for word in args.words if sweeping.is_of_launcher(word)]
    args.words = [word for word in args.words if not sweeping.is_of_launcher(word)]
    recipe, overrides = one_load(args)
    there, used, wish = setting.setting(args), use.use(args), sweep_report.wish(args)
    from yaie.cli.sweep_progress import progress_on
    from yaie.sweeps.outcome import exit_code
    from yaie.sweeps.product import Asked
    from yaie.sweeps.reporting import command, report
    from yaie.sweeps.sweep import sweep

    running = sweeping.running(args, of_launcher)
    asked = Asked(recipe=recipe, overrides=tuple(overrides), config_dir=args.config_dir)
    progress = progress_on(sys.stderr, quiet=args.quiet)
    # Upstream code that prints must not end up in the answer.
    with redirect_stdout(sys.stderr), _ended_by_sigterm(), progress:
        swept = sweep(asked, running, progress, there, used)
    found = sweep_report.recommended(wish, swept.rows, swept.compositions, command(asked))
    files = _written(swept, report(asked, swept, found.best), wish)
    _answer(swept, files, found, args)
    codes = (exit_code(swept.rows), found.exit_code)
    return min((code for code in codes if code), default=0)


def _written(swept: Swept, told: Report, wish: Wish) -> dict[str, str]:
    """The files beside the rows; none where nothing ran."""
    from yaie.sweeps.reporting import write

    if swept.folder is None:
        return {}
    return {k: str(path) for k, path in write(swept.folder, told, parquet=wish.parquet).items()}


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the cells that run, as Ctrl-C does."""

    def end(number: int, frame: object) -> NoReturn:
        print("terminated", file=sys.stderr)
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _answer(swept: Swept, files: dict[str, str], found: Recommended, args: Namespace) -> None:
    if args.json:
        from yaie.cli.document import write

        where = {} if swept.folder is None else {"folder": str(swept.folder), "files": files}
        rows = [row.as_json() for row in swept.rows]
        write({"rows": rows, "reference": swept.measuring.reference, **where, **found.as_json()})
        return
    from yaie.cli.problems import write as tell
    from yaie.cli.sweep_table import lines

    table = lines(swept.rows, get_terminal_size().columns)
    print("\n".join((*table, *found.lines())))
    if files and not args.quiet:
        print(f"written: {', '.join(files.values())}", file=sys.stderr)
    tell(found.problems, sys.stderr)
