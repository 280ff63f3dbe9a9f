"""The recommended cell of a sweep: told, and written as a recipe."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yaie.errors import Problem, UnsupportedError, YaieError

if TYPE_CHECKING:
    from yaie.cli.sweep_report import Wish
    from yaie.spec.recipe_writing import Written
    from yaie.sweeps.report.best import Best
    from yaie.sweeps.swept import Preface, Swept


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """The best cell as it was asked for, or why there is none."""

    best: Best | None = None
    recipe: Path | None = None
    """Where it was written."""
    written: Written | None = None
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What stands beside the rows in the answer; nothing where no cell was asked for."""
        if self.best is None and not self.problems:
            return {}
        if self.best is None:
            return {"best": None}
        row = self.best.row
        recipe = None if self.recipe is None else str(self.recipe)
        best = {"number": row.number, "cell": dict(row.cell), "reason": self.best.reason}
        return {"best": {**best, "recipe": recipe}}

    def lines(self) -> Iterator[str]:
        """The answer for people."""
        from yaie.sweeps.report.column import words

        if self.best is None:
            return
        yield ""
        yield f"best: {words(self.best.row) or 'the one cell'}"
        yield f"  {self.best.reason}"
        if self.recipe is not None and self.written is not None:
            yield f"  {self.written.command(str(self.recipe))}"


def check(asked: Wish, told: Preface) -> None:
    """Raises InputError where FILE is another recipe, before any cell runs for it."""
    from yaie.spec.recipe_file import check_free
    from yaie.spec.recipe_writing import commented

    if asked.recipe is not None and not asked.overwrite:
        check_free(asked.recipe, commented([_head(asked, told)], ""), "--write")


def _head(asked: Wish, told: Preface) -> str:
    """The first line of a recipe that the sweep wrote."""
    return " ".join((f"The best cell of {told.command}", shlex.join(asked.said))).rstrip()


def recommended(asked: Wish, swept: Swept) -> Recommended:
    """The best cell, written as a recipe where that was asked for."""
    from yaie.sweeps.report.best import best

    if not asked.is_for_best:
        return Recommended()
    try:
        found = best(swept.rows, asked.conditions, asked.by)
    except UnsupportedError as error:
        return Recommended(problems=error.problems)
    if asked.recipe is None:
        return Recommended(best=found)
    from yaie.spec.recipe_file import place
    from yaie.spec.recipe_writing import commented

    said = swept.preface.recipes[found.row.number]
    comments = [_head(asked, swept.preface), found.reason]
    if said.beside or said.config_dir:
        beside = said.command(str(asked.recipe))
        comments.append(f"What a recipe may not say stands beside: {beside}")
    text = commented(comments, said.text)
    try:
        place(asked.recipe, text, "--write", overwrite=asked.overwrite)
    except YaieError as error:
        return Recommended(best=found, problems=error.problems)
    return Recommended(best=found, recipe=asked.recipe, written=said)
