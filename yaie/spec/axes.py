"""Overrides with several values, `precision=bf16,fp32`: the axes of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yaie.errors import InputError, Problem
from yaie.spec.override import GrammarError, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What holds for all, and what varies."""

    fixed: tuple[str, ...]
    """Overrides of one value."""
    varied: Mapping[str, tuple[str, ...]]
    """Key → overrides, one a value: `precision` → (`precision=bf16`, `precision=fp32`)."""


def axes(overrides: Sequence[str]) -> Axes:
    """The overrides parted; raises InputError for those that cannot be read."""
    fixed: list[str] = []
    varied: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for line in overrides:
        try:
            values = _values(line)
        except GrammarError as error:
            problems.append(Problem(path="", message=f"`{line}` cannot be read: {error}"))
            continue
        if values:
            varied[key_of(values[0])] = values
        else:
            fixed.append(line)
    if problems:
        raise InputError(*problems)
    return Axes(fixed=tuple(fixed), varied=varied)


def key_of(line: str) -> str:
    """`precision` of `precision=bf16`."""
    return line.partition("=")[0].lstrip("+~")


def _values(line: str) -> tuple[str, ...]:
    key, _, text = line.partition("=")
    words = tuple(f"{key}={word}" for word in text.split(","))
    if all(map(in_words, words)):
        # Read here, for Hydra writes `cuda:0` with a backslash, and takes longer to be imported.
        return words if len(words) > 1 else ()
    from yaie.spec.compose_overrides import several

    return several(line)
