"""The answer of `yaie check`, recipe by recipe, as `--json` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem, errors_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is wrong with one recipe."""

    recipe: Path | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not errors_of(self.problems)

    def as_json(self) -> dict[str, object]:
        return {
            "recipe": None if self.recipe is None else str(self.recipe),
            "ok": self.ok,
            "problems": [problem.as_json() for problem in self.problems],
        }


def document(results: Sequence[Result]) -> dict[str, object]:
    """All results as one document."""
    return {
        "ok": all(result.ok for result in results),
        "results": [result.as_json() for result in results],
    }
