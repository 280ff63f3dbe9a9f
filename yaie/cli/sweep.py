"""`yaie sweep`: the product of options, each cell in a process of its own."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from yaie.cli import setting, sweep_best, sweep_measures, sweep_report, sweeping, use
from yaie.cli.sweep_ending import Cut, ended_by_sigterm, endings, ran
from yaie.cli.sweep_folder import folder_of
from yaie.errors import Problem, errors_of

if TYPE_CHECKING:
    from yaie.cli.sweep_best import Recommended
    from yaie.cli.sweep_report import Wish
    from yaie.sweeps.swept import Swept

EXAMPLES = """\
  yaie sweep precision=fp32,bf16,fp16 quantization=none,bnb_8bit,bnb_4bit
  yaie sweep model=llama2 'quantization=glob(bnb*)' attention=eager,sdpa --workers 2
  yaie sweep 'model.config.num_hidden_layers=range(1,4)' weights=random --dry-run
  yaie sweep recipes/laptop.yaml precision=fp32,bf16 --best 'kl<=0.01' --by memory --write best.yaml
  yaie sweep sweeps/tiny-1a2b3c4d --best 'kl<0.05'    of what was run: nothing is run again
  yaie -m model=llama2 precision=fp16,bf16 hydra/launcher=submitit_slurm hydra.launcher.qos=low
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Where a sweep is written, how its cells run, and what they are planned for."""
    sweeping.add_flags(parser)
    sweep_measures.add_flags(parser)
    sweep_report.add_flags(parser)
    setting.add_flags(parser)
    use.add_flags(parser)
    parser.usage = (
        "yaie sweep [RECIPE] [OVERRIDE ...] [KEY=A,B ...] [--flags]\n"
        "       yaie sweep DIR [--best CONDITIONS] [--flags]"
    )


def run(args: Namespace) -> int:
    """Plans, runs what has not run yet, prints the table; of a folder the table alone."""
    folder, cut = folder_of(args), None
    if folder is not None:
        swept = _told(folder)
        wish = sweep_report.wish(args, swept.rows)
    else:
        wish = sweep_report.wish(args)
        swept, cut = _swept(args, wish)
    found = sweep_best.recommended(wish, swept) if cut is None else sweep_best.Recommended()
    files, unwritten = sweep_report.written(swept, found.best, wish, cut)
    problems = (*endings(swept, cut), *unwritten, *found.problems)
    _answer(swept, files, found, problems, args)
    return _code(swept, cut, problems)


def _told(folder: Path) -> Swept:
    from yaie.sweeps.swept import read

    return read(folder)


def _swept(args: Namespace, wish: Wish) -> tuple[Swept, Cut | None]:
    """The sweep, and what cut it off."""
    asked, running = sweeping.asked(args)
    from yaie.cli.sweep_progress import progress_on
    from yaie.sweeps.sweep import prepared

    sweeping.refuse_another_release(args)
    progress = progress_on(sys.stderr, quiet=args.quiet)
    # Upstream code that prints must not end up in the answer.
    with redirect_stdout(sys.stderr), ended_by_sigterm(), progress:
        ready = prepared(asked, running, progress)
        sweep_best.check(wish, ready.preface)
        return ran(ready, progress)


def _answer(
    swept: Swept,
    files: Mapping[str, str],
    found: Recommended,
    problems: Sequence[Problem],
    args: Namespace,
) -> None:
    if args.json:
        from yaie.cli.document import write

        write(_document(swept, files, found, problems))
        return
    from yaie.cli.problems import write as tell
    from yaie.sweeps.report.lines import lines

    table = lines(swept.rows, get_terminal_size().columns)
    print("\n".join((*table, *found.lines())))
    if files and not args.quiet:
        print(f"written: {', '.join(files.values())}", file=sys.stderr)
    tell(problems, sys.stderr)


def _document(
    swept: Swept, files: Mapping[str, str], found: Recommended, problems: Sequence[Problem]
) -> dict[str, object]:
    """The rows; beside them where they lie, what was recommended, and what is wrong, where there is
    such a thing."""
    where = {} if swept.folder is None else {"folder": str(swept.folder), "files": files}
    left = {"unfinished": swept.unfinished} if swept.unfinished else {}
    wrong = {"problems": [problem.as_json() for problem in problems]}
    recommended = found.as_json()
    told = wrong if problems or recommended else {}
    rows = [row.as_json() for row in swept]
    return {"rows": rows, **where, **left, **recommended, **told}


def _code(swept: Swept, cut: Cut | None, problems: Sequence[Problem]) -> int:
    from yaie.sweeps.outcome import exit_code

    if cut is not None:
        return cut.exit_code
    codes = (exit_code(swept.rows), *(int(problem.fault) for problem in errors_of(problems)))
    return min((code for code in codes if code), default=0)
