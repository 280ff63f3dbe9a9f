"""The answer of `yaie check`, recipe by recipe, as `--json` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.errors import Problem, errors_of

if TYPE_CHECKING:
    from yaie.facts.spelling import Spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is wrong with one recipe."""

    recipe: Path | None
    problems: tuple[Problem, ...]
    cells: int | None = None
    """Of a recipe that says what a sweep of it varies, how many were judged; None of a load."""
    transformers: str | None = None
    """The release that it was judged for, where one was named."""
    spelled: tuple[Spelled, ...] = ()
    """What that release spells in another way."""

    @property
    def ok(self) -> bool:
        return not errors_of(self.problems)

    def as_json(self) -> dict[str, object]:
        named = {} if self.transformers is None else self._there()
        return named | {
            "recipe": None if self.recipe is None else str(self.recipe),
            "ok": self.ok,
            "problems": [problem.as_json() for problem in self.problems],
            **({} if self.cells is None else {"cells": self.cells}),
        }

    def _there(self) -> dict[str, object]:
        spelled = [{"today": said.today, "there": said.there} for said in self.spelled]
        return {"transformers": self.transformers, "spelled": spelled}


def document(results: Sequence[Result]) -> dict[str, object]:
    """All results as one document."""
    return {
        "ok": all(result.ok for result in results),
        "results": [result.as_json() for result in results],
    }
