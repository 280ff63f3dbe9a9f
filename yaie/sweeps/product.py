"""The product of all values: each combination composed, and what is wrong with all told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import prod
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.facts.memory import Use
from yaie.facts.setting import Setting, named
from yaie.spec.axes import Axes, Words, parted
from yaie.spec.compose import compose_each
from yaie.spec.load_spec import Composition
from yaie.spec.recipe_axes import SECTION, recipe_axes
from yaie.spec.wording import counted
from yaie.sweeps.mistakes import mistakes

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Every combination of the values that vary."""

    cells: Mapping[Words, Composition | InputError]
    """The words of each, and what it composes to."""
    axes: Axes

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The problems, those of a recipe's axes with the file and line of the value."""
        return tuple(replace(p, origin=p.origin and self._place(p.origin)) for p in problems)

    def placed(self, composition: Composition) -> Composition:
        """A composition that says so, too, where its values come from."""
        origins = {path: self._place(origin) for path, origin in composition.origins.items()}
        return replace(composition, origins=origins)

    def _place(self, origin: str) -> str:
        return self.axes.origins.get(origin.removeprefix("override "), origin)


def product(asked: Asked) -> Product:
    """Every combination, composed.

    Raises InputError for words that cannot be read, and for what is wrong wherever it is said: a
    value that composes with no other, or a mistake outside of the axes. What goes wrong in some
    combinations alone is theirs.
    """
    axes = axes_of(asked)
    number = prod(len(values) for values in axes.varied.values())
    if number > MOST_CELLS:
        raise InputError(*axes.problems, _too_many(number, axes))
    cells = [*combinations(*axes.varied.values())]
    lines = [(*axes.fixed, *words) for words in cells]
    composed = compose_each(asked.recipe, lines, asked.config_dir)
    found = Product(cells=dict(zip(cells, map(_silent, composed), strict=True)), axes=axes)
    wrong = mistakes(found.cells, axes, asked.recipe, asked.config_dir)
    if axes.problems or wrong:
        raise InputError(*axes.problems, *found.told(wrong))
    return found


def axes_of(asked: Asked) -> Axes:
    """What is fixed and what varies; the command line's own axes hold before the recipe's."""
    below = recipe_axes(asked.recipe, asked.config_dir)
    return parted(asked.overrides, asked.config_dir, below)


def _silent(composed: Composition | InputError) -> Composition | InputError:
    """Without the remark that a recipe's axes are left out of one load."""
    if isinstance(composed, InputError):
        return composed
    return replace(composed, notes=tuple(n for n in composed.notes if n.path != SECTION))


def _too_many(number: int, axes: Axes) -> Problem:
    sizes = " × ".join(f"{len(values):,} of `{key}`" for key, values in axes.varied.items())
    return Problem(
        path="",
        message=f"these are {counted(number, 'cell')} ({sizes}), and {MOST_CELLS:,} are the most",
        hint="name fewer values, or split the sweep",
    )
