"""`yaie fit`: which combinations of options fit a machine, the best first."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from yaie.cli import setting, use
from yaie.cli.words import one_load
from yaie.errors import Fault, errors_of
from yaie.spec.wording import counted, sized

if TYPE_CHECKING:
    from yaie.facts.memory import DeviceMemory
    from yaie.planning.fit import Cell

EXAMPLES = """\
  yaie fit model=llama2 --host rtx4090 --context 8192
  yaie fit model=llama2 --host 2xa100-80gb quantization=none,bnb_8bit
  yaie fit model=tiny --context 1024,4096 --batch 1,8
"""
SHOWN = 12
"""Cells of each kind that are shown; `--json` has all."""


def add_arguments(parser: ArgumentParser) -> None:
    """`fit` tries options for the machine and the uses that are named."""
    setting.add_flags(parser)
    use.add_flags(parser)
    parser.usage = "yaie fit [RECIPE] [OVERRIDE ...] [GROUP=A,B ...] [--flags]"


def run(args: Namespace) -> int:
    """Prints the cells; the exit code is the lowest fault where none fits."""
    recipe, overrides = one_load(args)
    there, uses = setting.setting(args), use.uses(args)
    from yaie.planning.fit import fit

    cells = fit(recipe, overrides, args.config_dir, there, uses)
    if args.json:
        from yaie.cli.document import write

        write({"cells": [_document(cell, args) for cell in cells]})
    else:
        from yaie.cli import problems

        print("\n".join(_told(cells, args)))
        if _fits(cells[0]) and not args.quiet:
            problems.write(cells[0].problems, sys.stderr)
    if _fits(cells[0]):
        return 0
    faults = (int(error.fault) for cell in cells for error in errors_of(cell.problems))
    return min(faults, default=int(Fault.UNSUPPORTED))


def _fits(cell: Cell) -> bool | None:
    """None where nothing tells: the memory of a CPU would decide that is not known, or that of the
    load cannot be foreseen."""
    from yaie.planning.ranking import UNKNOWN

    if cell.rank is None:
        return False if errors_of(cell.problems) else None
    return None if cell.rank.away == UNKNOWN else True


def _command(cell: Cell, args: Namespace) -> str:
    """What loads a cell."""
    asked = cell.composition
    folder = ["--config-dir", str(args.config_dir)] if args.config_dir else []
    recipe = [asked.recipe] if asked.recipe else []
    return shlex.join(["python", "-m", "yaie", *recipe, *asked.overrides, *folder])


def _document(cell: Cell, args: Namespace) -> dict[str, Any]:
    from yaie.planning.ranking import LOSSES

    return {
        "cell": dict(word.split("=", 1) for word in cell.words),
        "use": None if cell.use is None else asdict(cell.use),
        "fits": _fits(cell),
        "command": _command(cell, args),
        "loss": None if cell.rank is None else LOSSES[cell.rank.loss],
        "memory": None if cell.memory is None else cell.memory.as_json(),
        "problems": [problem.as_json() for problem in cell.problems],
    }


def _told(cells: Sequence[Cell], args: Namespace) -> Iterator[str]:
    fitting = [cell for cell in cells if _fits(cell)]
    unknown = [cell for cell in cells if cell.rank and _fits(cell) is None]
    unjudged = [cell for cell in cells if cell.rank is None and _fits(cell) is None]
    refused = [cell for cell in cells if _fits(cell) is False]
    several = len({cell.use for cell in cells}) > 1
    none = "# nothing is known to fit" if unjudged or unknown else "# nothing fits"
    yield _command(fitting[0], args) if fitting else none
    if fitting:
        fit = "fits" if len(fitting) == 1 else "fit"
        yield f"# {counted(len(fitting), 'combination')} {fit}, the best first:"
        yield from _rows(fitting, several)
    if unknown:
        yield f"# {len(unknown)} more would fit if its CPU had the memory, which is not known:"
        yield from _rows(unknown, several)
    if unjudged:
        yield f"# {counted(len(unjudged), 'combination')} could not be judged:"
        yield from _reasons(unjudged, several)
    if refused:
        do = "does" if len(refused) == 1 else "do"
        yield f"# {counted(len(refused), 'combination')} {do} not:"
        yield from _reasons(refused, several)


def _rows(cells: Sequence[Cell], several: bool) -> Iterator[str]:
    rows = [_row(cell, several) for cell in cells[:SHOWN]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield f"#   {'  '.join(padded)}".rstrip()
    if len(cells) > SHOWN:
        yield f"#   and {len(cells) - SHOWN} more, which `--json` has"


def _reasons(cells: Sequence[Cell], several: bool) -> Iterator[str]:
    """A line a reason, with the first cell that it holds for."""
    by_reason: dict[str, list[Cell]] = {}
    for cell in cells:
        # Of a cell that could not be judged the last warning is that of its memory.
        problem = next(iter(errors_of(cell.problems)), cell.problems[-1])
        by_reason.setdefault(problem.message, []).append(cell)
    for reason, held in by_reason.items():
        more = f" and {len(held) - 1} more" if len(held) > 1 else ""
        yield f"#   {_words(held[0], several)}{more}: {reason}"


def _row(cell: Cell, several: bool) -> tuple[str, ...]:
    """Words, what is lost, where the weights lie, and how full that is."""
    from yaie.planning.ranking import LOSSES

    assert cell.rank is not None
    assert cell.memory is not None
    holding = {n: d for n, d in cell.memory.devices.items() if d.weights_bytes}
    places = ", ".join(_place(name, device) for name, device in holding.items())
    return (_words(cell, several), LOSSES[cell.rank.loss], places, *_doubts(cell))


def _place(name: str, device: DeviceMemory) -> str:
    of = f" of {sized(device.memory_bytes)}" if device.memory_bytes else ""
    return f"{name} {sized(device.in_use_bytes)}{of}"


def _doubts(cell: Cell) -> tuple[str]:
    return (f"({counted(len(cell.problems), 'warning')})" if cell.problems else "",)


def _words(cell: Cell, several: bool) -> str:
    """What tells a cell from the others; its use too where there are several."""
    use = cell.use if several else None
    named = [] if use is None else [f"--context {use.context}", f"--batch {use.batch}"]
    return " ".join([*cell.words, *named]) or "as asked"
