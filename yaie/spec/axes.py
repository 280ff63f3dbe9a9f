"""Overrides with several values, `precision=bf16,fp32`: the axes of a product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.conf import options
from yaie.spec.document import Items
from yaie.spec.load_spec import GROUPS
from yaie.spec.override import AxisError, GrammarError, in_words, read
from yaie.spec.statements import text_of

Words = tuple[str, ...]
"""Overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What holds for all, and what varies."""

    fixed: Words
    """Overrides of one value."""
    varied: Mapping[str, Words]
    """Key → overrides, one a value: `precision` → (`precision=bf16`, `precision=fp32`)."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Override → `recipe.yaml:7`, of those that a recipe says."""
    problems: tuple[Problem, ...] = ()
    """Of overrides that cannot be read or hold no value, which are neither."""


def axes(overrides: Sequence[str], config_dir: Path | None = None) -> Axes:
    """The overrides parted; raises InputError for those that cannot be read or hold no value."""
    found = parted(overrides, config_dir)
    if found.problems:
        raise InputError(*found.problems)
    return found


def parted(
    overrides: Sequence[str], config_dir: Path | None = None, below: Axes | None = None
) -> Axes:
    """The overrides parted; of several of a key the last holds, as in one load.

    A pattern, `quantization=glob(bnb*)`, names options of its group. The axes below hold as far as
    no override has the same key.
    """
    fixed: list[str] = []
    varied: dict[str, Words] = {}
    problems = list(below.problems if below else ())
    for line in overrides:
        key = key_of(line)
        try:
            values = values_of(line, config_dir)
        except GrammarError as error:
            problems.append(unreadable(key, line, error, f"override {line}"))
            continue
        varied.pop(key, None)
        if values:
            fixed = [said for said in fixed if key_of(said) != key]
            varied[key] = values
        else:
            fixed.append(line)
    said = {key_of(line) for line in fixed} | set(varied)
    before = below.varied.items() if below else ()
    return Axes(
        fixed=tuple(fixed),
        varied={key: words for key, words in before if key not in said} | varied,
        origins=below.origins if below else {},
        problems=tuple(problems),
    )


def unreadable(path: str, line: str, error: GrammarError, origin: str) -> Problem:
    """The problem of an override that is no axis, and no value either."""
    if isinstance(error, AxisError):
        return Problem(path=path, message=str(error), hint=error.hint, origin=origin)
    message = f"`{line}` is not in Hydra's override grammar: {error}"
    return Problem(path=path, message=message, origin=origin)


def key_of(line: str) -> str:
    """`precision` of `precision=bf16`."""
    return line.partition("=")[0].lstrip("+~")


_GROUPING = re.compile(r"['\"()\[\]{}\\]")
"""What keeps a comma from dividing two values."""


def values_of(line: str, config_dir: Path | None = None) -> Words | None:
    """The overrides that one with several values stands for; None where it has one.

    Raises GrammarError; AxisError where what is meant is known.
    """
    key, _, text = line.partition("=")
    parts = text.split(",")
    words = tuple(f"{key}={part}" for part in parts)
    if all(map(in_words, words)):
        # Read here, for Hydra writes `cuda:0` with a backslash, and takes longer to be imported.
        return tuple(dict.fromkeys(words)) if len(words) > 1 else None
    if len(parts) > 1 and not _GROUPING.search(text) and not all(map(str.strip, parts)):
        raise _with_an_empty_value(line, key, parts)
    _refuse_list(line)
    from yaie.spec.compose_axes import several

    group = key.lstrip("+")
    return several(line, options(group, config_dir) if group.isidentifier() else ())


def _with_an_empty_value(line: str, key: str, parts: Sequence[str]) -> AxisError:
    named = ",".join(part.strip() for part in parts if part.strip())
    message = f"`{line}` has a value of nothing; values stand between commas"
    return AxisError(message, f"`{key}={named}`" if named else None)


def _refuse_list(line: str) -> None:
    """A group takes no list, so that the values of an axis were meant."""
    key, _, text = line.partition("=")
    if key.lstrip("+") not in GROUPS or not text.lstrip().startswith("["):
        return
    value = read(line).value
    if isinstance(value, Items) and value.items:
        named = [text_of(item) for item in value.items]
        hint = None if None in named else f"`{key}={','.join(map(str, named))}`"
        raise AxisError(f"`{line}` is one value, a list; those of an axis have no brackets", hint)
