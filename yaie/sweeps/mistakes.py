"""What is wrong with every combination that says it: a sweep ends with it before it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.planning.preflight import uncomposed
from yaie.spec.axes import Axes, Words, key_of
from yaie.spec.load_spec import Composition
from yaie.spec.wording import counted

Cells = Mapping[Words, Composition | InputError]
"""The words of each combination, and what it composes to."""
MOST_TOLD = 8
"""Values of an axis that are told as wrong, each for itself."""


def mistakes(
    cells: Cells, axes: Axes, recipe: Path | None, config_dir: Path | None
) -> tuple[Problem, ...]:
    """Each once, with its hint as far as it helps where it was made.

    What may come of an axis that could not be read is left out.
    """
    unread = {problem.path.removeprefix("sweep.").partition(".")[0] for problem in axes.problems}
    found = [m for m in _everywhere(cells) if m[0].path.partition(".")[0] not in unread]
    few, more = _few(found, axes)
    hinted = _hinted(few, cells, axes, recipe, config_dir)
    return (*_once(hinted, axes), *more)


Mistake = tuple[Problem, Words]
"""A problem, and the words of a combination that has it."""


def _everywhere(cells: Cells) -> Iterator[Mistake]:
    """Problems that every combination has which says what they blame."""
    having: dict[tuple[str, str, str], dict[Words, Problem]] = {}
    saying: dict[str, set[Words]] = {}
    for words, composed in cells.items():
        for word in words:
            saying.setdefault(word, set()).add(words)
        for problem in composed.problems if isinstance(composed, InputError) else ():
            alike = problem.path, problem.origin or "", _placeless(problem.message, words)
            having.setdefault(alike, {}).setdefault(words, problem)
    for problems in having.values():
        words, problem = next(iter(problems.items()))
        if saying.get(_blamed(problem), cells.keys()) <= problems.keys():
            yield problem, words


def _placeless(message: str, words: Words) -> str:
    """A message with the values of its combination left out: `model` for `model=tiny`."""
    for word in words:
        message = message.replace(f"`{word}`", f"`{key_of(word)}`")
    return message


def _blamed(problem: Problem) -> str:
    """The override that a problem is of; empty where a recipe or an option says it."""
    origin = problem.origin or ""
    return origin.removeprefix("override ") if origin.startswith("override ") else ""


def _few(found: Sequence[Mistake], axes: Axes) -> tuple[list[Mistake], list[Problem]]:
    """The first mistakes of each axis, and a word of those that are left out."""
    by_key: dict[str, list[Mistake]] = {}
    for mistake in found:
        by_key.setdefault(key_of(_blamed(mistake[0])), []).append(mistake)
    few = [m for k, of in by_key.items() for m in (of[:MOST_TOLD] if k in axes.varied else of)]
    left = {k: len(of) - MOST_TOLD for k, of in by_key.items() if k in axes.varied}
    more = [
        Problem(path=key, message=f"{counted(number, 'more value')} of `{key}` cannot be either")
        for key, number in left.items()
        if number > 0
    ]
    return few, more


def _hinted(
    found: Sequence[Mistake],
    cells: Cells,
    axes: Axes,
    recipe: Path | None,
    config_dir: Path | None,
) -> Iterator[Problem]:
    """The mistakes with hints, which are tried among all that is wrong with a combination."""
    wanted = {problem for problem, _ in found}
    for words in dict.fromkeys(words for _, words in found):
        error = cells[words]
        assert isinstance(error, InputError)
        tried = uncomposed(error, recipe, [*axes.fixed, *words], config_dir)
        for problem, hinted in zip(error.problems, tried, strict=True):
            if problem in wanted:
                wanted.discard(problem)
                yield hinted


def _once(found: Iterator[Problem], axes: Axes) -> Iterator[Problem]:
    """What is said of every value of an axis alike is said of the axis."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in found:
        alike.setdefault((problem.path, problem.message), []).append(problem)
    for problems in alike.values():
        words = tuple(_blamed(problem) for problem in problems)
        key = key_of(words[0])
        is_axis = words == axes.varied.get(key)
        yield from [_of_axis(problems, words, axes)] if is_axis else problems


def _of_axis(problems: Sequence[Problem], words: Words, axes: Axes) -> Problem:
    """One problem in place of one a value, with the axis as it would be said."""
    if len(problems) == 1:
        return problems[0]
    hints = [problem.hint or "" for problem in problems]
    parted = [hint.strip("`").partition("=") for hint in hints]
    keys = {key for key, _, _ in parted}
    values = [word.partition("=")[2] for word in words]
    same = [value for _, _, value in parted] == values and len(keys) == 1
    hint = f"`{keys.pop()}={','.join(values)}`" if same else problems[0].hint
    axis = f"{words[0].partition('=')[0]}={','.join(values)}"
    origin = problems[0].origin if words[0] in axes.origins else f"override {axis}"
    return replace(problems[0], hint=hint, origin=origin)
