"""Overrides with several values, `precision=bf16,fp32`: the axes of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.conf import options
from yaie.spec.override import GrammarError, in_words

Words = tuple[str, ...]
"""Overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What holds for all, and what varies."""

    fixed: Words
    """Overrides of one value."""
    varied: Mapping[str, Words]
    """Key → overrides, one a value: `precision` → (`precision=bf16`, `precision=fp32`)."""


def axes(
    overrides: Sequence[str],
    config_dir: Path | None = None,
    given: Mapping[str, Words] | None = None,
) -> Axes:
    """The overrides parted; raises InputError for those that cannot be read or hold no value.

    A pattern, `quantization=glob(bnb*)`, names options of its group. Axes that were given before
    hold as far as no override has the same key.
    """
    fixed: list[str] = []
    varied: dict[str, Words] = {}
    problems: list[Problem] = []
    for line in overrides:
        try:
            values = values_of(line, config_dir)
        except GrammarError as error:
            problems.append(Problem(path="", message=f"`{line}` cannot be read: {error}"))
            continue
        if values == ():
            problems.append(Problem(path=key_of(line), message=f"`{line}` names no value"))
        elif values:
            varied[key_of(values[0])] = values
        else:
            fixed.append(line)
    if problems:
        raise InputError(*problems)
    said = {key_of(line) for line in fixed} | set(varied)
    before = {key: words for key, words in (given or {}).items() if key not in said}
    return Axes(fixed=tuple(fixed), varied=before | varied)


def key_of(line: str) -> str:
    """`precision` of `precision=bf16`."""
    return line.partition("=")[0].lstrip("+~")


def values_of(line: str, config_dir: Path | None = None) -> Words | None:
    """The overrides that one with several values stands for; None where it has one.

    Raises GrammarError.
    """
    key, _, text = line.partition("=")
    words = tuple(f"{key}={word}" for word in text.split(","))
    if all(map(in_words, words)):
        # Read here, for Hydra writes `cuda:0` with a backslash, and takes longer to be imported.
        return tuple(dict.fromkeys(words)) if len(words) > 1 else None
    from yaie.spec.compose_overrides import several

    group = key.lstrip("+")
    return several(line, options(group, config_dir) if group.isidentifier() else ())
