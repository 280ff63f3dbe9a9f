"""The product of all values: each combination composed, and what is wrong with all told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.facts.memory import Use
from yaie.facts.setting import Setting, named
from yaie.planning.preflight import uncomposed
from yaie.spec.axes import Axes, Words, axes
from yaie.spec.compose import compose_each
from yaie.spec.load_spec import Composition
from yaie.spec.recipe_axes import SECTION, recipe_axes
from yaie.spec.wording import counted

MOST_CELLS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a sweep was asked for, as it was given."""

    recipe: Path | None
    overrides: Words
    """Those with several values are the axes."""
    config_dir: Path | None = None
    host: str = "this"
    """The machine that the cells run on."""
    transformers: str = "installed"
    """The release on it."""
    use: Use | None = None
    """What the cells are planned for."""

    @property
    def setting(self) -> Setting:
        """Raises InputError for a machine or a release that has no name."""
        return named(self.host, self.transformers)


def compositions(asked: Asked) -> dict[Words, Composition | InputError]:
    """The words of each combination, and what it composes to.

    Raises InputError for words that cannot be read, and for what is wrong wherever it is said: a
    value that composes with no other, or a mistake outside of the axes. What goes wrong in some
    combinations alone is theirs.
    """
    parted = parted_of(asked)
    number = prod(len(values) for values in parted.varied.values())
    if number > MOST_CELLS:
        raise InputError(_too_many(number, parted))
    cells = [*product(*parted.varied.values())]
    lines = [(*parted.fixed, *words) for words in cells]
    composed = compose_each(asked.recipe, lines, asked.config_dir)
    found = dict(zip(cells, map(_silent, composed), strict=True))
    if mistakes := tuple(_mistakes(found)):
        raise InputError(*_with_hints(mistakes, asked))
    return found


def parted_of(asked: Asked) -> Axes:
    """What is fixed and what varies; the command line's own axes hold before the recipe's."""
    given = recipe_axes(asked.recipe, asked.config_dir)
    return axes(asked.overrides, asked.config_dir, given)


def _silent(composed: Composition | InputError) -> Composition | InputError:
    """Without the remark that a recipe's axes are left out of one load."""
    if isinstance(composed, InputError):
        return composed
    return replace(composed, notes=tuple(n for n in composed.notes if n.path != SECTION))


Mistake = tuple[Problem, Words]
"""A problem, and the words of a combination that has it."""


def _mistakes(found: Mapping[Words, Composition | InputError]) -> Iterator[Mistake]:
    """Problems that every combination has which says what they blame."""
    having: dict[Problem, set[Words]] = {}
    for words, composed in found.items():
        if isinstance(composed, InputError):
            for problem in composed.problems:
                having.setdefault(problem, set()).add(words)
    for problem, all_of in having.items():
        blamed = (problem.origin or "").removeprefix("override ")
        saying = {words for words in found if blamed in words} or set(found)
        if saying <= all_of:
            yield problem, next(words for words in found if words in all_of)


def _with_hints(mistakes: Sequence[Mistake], asked: Asked) -> Iterator[Problem]:
    """The mistakes, each with its hint as far as it helps where it was made."""
    parted = parted_of(asked)
    for words in dict.fromkeys(words for _, words in mistakes):
        error = InputError(*(problem for problem, where in mistakes if where == words))
        said = [*parted.fixed, *words]
        yield from uncomposed(error, asked.recipe, said, asked.config_dir)


def _too_many(number: int, parted: Axes) -> Problem:
    sizes = " × ".join(f"{len(values)} of `{key}`" for key, values in parted.varied.items())
    return Problem(
        path="",
        message=f"these are {counted(number, 'cell')} ({sizes}), and {MOST_CELLS:,} are the most",
        hint="name fewer values, or split the sweep",
    )
