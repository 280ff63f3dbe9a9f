"""A recipe's sweep, checked: each cell judged as a load is, and what cells share told once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from yaie.errors import InputError, Problem, errors_of
from yaie.facts.setting import Setting
from yaie.planning.trials import trials
from yaie.spec.axes import Words
from yaie.spec.load_spec import Composition
from yaie.spec.wording import counted, quoted
from yaie.sweeps.product import Asked, product

Judge = Callable[[Composition, Setting], tuple[Problem, ...]]
"""Every problem of a composition."""
MOST_NAMED = 3
"""Cells that are named where no words tell them from the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is wrong with a sweep."""

    cells: int
    """0 where they cannot be composed."""
    problems: tuple[Problem, ...]
    """Errors where they keep the sweep from running, or all of its cells; warnings otherwise."""


def checked(asked: Asked, setting: Setting, judge: Judge | None = None) -> Checked:
    """Every problem of every cell; by the rules alone, without torch, where no judge is named."""
    try:
        found = product(asked)
    except InputError as error:
        return Checked(cells=0, problems=error.problems)
    with trials(setting) as there:
        by_cell = {
            words: composed.problems
            if isinstance(composed, InputError)
            else (judge(composed, setting) if judge else there.check(composed))
            for words, composed in found.cells.items()
        }
    return Checked(cells=len(by_cell), problems=found.told(_folded(by_cell)))


def _folded(by_cell: Mapping[Words, tuple[Problem, ...]]) -> Iterator[Problem]:
    """Each problem once, with the cells that have it. A cell that is refused is an answer of a
    sweep, and no error of it, as long as another can run."""
    having: dict[tuple[str, str, str], dict[Words, Problem]] = {}
    for words, problems in by_cell.items():
        for problem in problems:
            key = (problem.path, problem.message, problem.severity)
            having.setdefault(key, {}).setdefault(words, problem)
    runs = not all(map(errors_of, by_cell.values()))
    for cells in having.values():
        yield _of_cells(cells, tuple(by_cell), runs=runs)


def _of_cells(cells: Mapping[Words, Problem], all_of: tuple[Words, ...], *, runs: bool) -> Problem:
    problem = next(iter(cells.values()))
    if len(cells) == len(all_of):
        return problem
    share = f"{len(cells)} of {counted(len(all_of), 'cell')}: {_told(tuple(cells), all_of)}"
    does = "refuses" if problem.severity == "error" else "in"
    message = f"{problem.message} ({does} {share})"
    return replace(problem, message=message, severity="warning" if runs else problem.severity)


def _told(cells: tuple[Words, ...], all_of: tuple[Words, ...]) -> str:
    """Cells by the words that they alone have, or by their names."""
    shared = [word for word in cells[0] if all(word in words for words in cells)]
    if shared and cells == tuple(words for words in all_of if set(shared) <= set(words)):
        return f"with `{' '.join(shared)}`"
    return quoted([" ".join(words) for words in cells], MOST_NAMED)
