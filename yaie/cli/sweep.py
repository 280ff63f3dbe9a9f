"""`yaie sweep`: the product of options, each cell in a process of its own."""

from __future__ import annotations

import re
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from yaie.cli import setting, sweeping, use
from yaie.cli.words import one_load
from yaie.spec.wording import counted

if TYPE_CHECKING:
    from yaie.sweeps.cell import Cell
    from yaie.sweeps.launching import Launches
    from yaie.sweeps.row import Row

EXAMPLES = """\
  yaie sweep precision=fp32,bf16,fp16 quantization=none,bnb_8bit,bnb_4bit
  yaie sweep model=llama2 'quantization=glob(bnb*)' attention=eager,sdpa --workers 2
  yaie sweep 'model.config.num_hidden_layers=range(1,4)' weights=random --dry-run
  yaie -m model=llama2 precision=fp16,bf16 hydra/launcher=submitit_slurm hydra.launcher.qos=low
"""
TERMINATED = 128 + signal.SIGTERM


def add_arguments(parser: ArgumentParser) -> None:
    """Where a sweep is written, how its cells run, and what they are planned for."""
    sweeping.add_flags(parser)
    setting.add_flags(parser)
    use.add_flags(parser)
    parser.usage = "yaie sweep [RECIPE] [OVERRIDE ...] [KEY=A,B ...] [--flags]"


def run(args: Namespace) -> int:
    """Plans, runs what has not run yet, prints the table."""
    of_launcher = [word for word in args.words if sweeping.is_of_launcher(word)]
    args.words = [word for word in args.words if not sweeping.is_of_launcher(word)]
    recipe, overrides = one_load(args)
    timeout, launching = sweeping.seconds(args), sweeping.launching(args, of_launcher)
    there, used = setting.setting(args), use.use(args)
    from yaie.cli.sweep_progress import Progress
    from yaie.sweeps.planned import planned
    from yaie.sweeps.product import Asked

    asked = Asked(recipe=recipe, overrides=tuple(overrides), config_dir=args.config_dir)
    progress = Progress(sys.stderr, quiet=args.quiet)
    # Upstream code that prints must not end up in the answer.
    with redirect_stdout(sys.stderr), _ended_by_sigterm():
        launcher = None if args.dry_run else _launcher(launching, args)
        cells = planned(asked, there, used, progress.planned)
        if launcher is None:
            folder, rows = None, tuple(cell.row() for cell in cells)
        else:
            from yaie.sweeps.identity import identity
            from yaie.sweeps.sweep import run as run_cells

            own = identity(asked, cells)
            folder = Path(args.into) if args.into else _folder(cells, own)
            progress.told(f"{counted(len(cells), 'cell')} in {folder}")
            rows = run_cells(cells, folder, own, launcher, progress, timeout)
    progress.end()
    _answer(rows, folder, args)
    from yaie.sweeps.outcome import exit_code

    return exit_code(rows)


def _launcher(words: Sequence[str], args: Namespace) -> Launches:
    from yaie.sweeps.launcher import launcher_of

    return launcher_of(words, args.config_dir)


def _folder(cells: Sequence[Cell], own: dict[str, object]) -> Path:
    """`sweeps/tiny-1a2b3c4d`: the same for the same sweep."""
    from yaie.sweeps.identity import short

    composed = [cell.composition for cell in cells if cell.composition is not None]
    model = composed[0].choices["model"] if composed else "sweep"
    if composed and model == "custom":
        model = (composed[0].spec.model.id or model).rstrip("/").rpartition("/")[2]
    return Path("sweeps", f"{re.sub(r'[^A-Za-z0-9_.-]', '-', model)}-{short(own)}")


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


def _answer(rows: Sequence[Row], folder: Path | None, args: Namespace) -> None:
    if args.json:
        from yaie.cli.document import write

        where = {} if folder is None else {"folder": str(folder)}
        write({"rows": [row.as_json() for row in rows], **where})
        return
    from yaie.cli.sweep_table import lines

    print("\n".join(lines(rows)))
