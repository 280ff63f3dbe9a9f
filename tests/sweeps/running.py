"""Sweeps run in tests: cells by their words alone, for nothing of them needs to be planned.

`python -m tests.sweeps.running FOLDER [LAUNCHER-WORD ...] -- MODEL …` runs a cell a model, and
prints the status of each.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from yaie.errors import YaieError
from yaie.spec.compose import compose
from yaie.sweeps.cell import Cell
from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.launcher import launcher_of
from yaie.sweeps.row import Row
from yaie.sweeps.sweep import run

FIXED = ("processor=none", "precision=fp32", "device=cpu")


def cell(number: int, *words: str, fixed: Sequence[str] = FIXED) -> Cell:
    """A cell that was planned, as far as it tells."""
    composition = compose(None, [*fixed, *words])
    return Cell(number=number, words=words, composition=composition, calls=f"{number}")


def swept(
    cells: Sequence[Cell],
    folder: Path,
    *,
    words: Sequence[str] = (),
    timeout: float | None = None,
    watcher: Unwatched | None = None,
) -> tuple[Row, ...]:
    """The rows of the cells, by Hydra's basic launcher or the one that the words name."""
    launcher = launcher_of(words)
    return run(cells, folder, IDENTITY, launcher, watcher or Unwatched(), timeout)


IDENTITY = {
    "recipe": None,
    "overrides": [],
    "config_dir": None,
    "versions": {},
    "references": [],
    "cells": [],
}


def main(folder: str, *words: str) -> None:
    split = words.index("--")
    models = words[split + 1 :]
    cells = [cell(number, f"model={model}") for number, model in enumerate(models)]
    try:
        rows = swept(cells, Path(folder), words=words[:split])
    except YaieError as error:
        print(error.problems[0].message)
        raise SystemExit(error.exit_code) from error
    print(*(row.status for row in rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
