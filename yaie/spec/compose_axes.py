"""The values of an axis, read by Hydra's own parser: lists, choices, ranges and patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil
from typing import Any

from hydra.core.override_parser.types import (
    ChoiceSweep,
    Glob,
    IntervalSweep,
    Override,
    RangeSweep,
)

from yaie.spec.compose_overrides import node, parsed
from yaie.spec.document import Leaf, value_of
from yaie.spec.override import AxisError, GrammarError, read
from yaie.spec.scalar import Scalar
from yaie.spec.wording import all_quoted, override

MOST_VALUES = 10_000


@lru_cache(maxsize=4096)
def several(line: str, options: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """The overrides that one with several values stands for: `a=1,2`, `a=range(1,3)`; a pattern,
    `a=glob(x*)`, stands for those of the options that it matches.

    None where it has one value; raises GrammarError, AxisError where what is meant is known.
    """
    found = parsed(line)
    if not found.is_sweep_override():
        return None
    key = found.get_key_element()
    return tuple(dict.fromkeys(_words(line, key, found, options)))


def _words(line: str, key: str, found: Override, options: Sequence[str]) -> Iterator[str]:
    text = line.partition("=")[2]
    match found._value:
        case IntervalSweep(start=start, end=end):
            message = f"`{text}` has no values to try one by one: a sweep takes lists and ranges"
            raise AxisError(message, f"`{key}={_number(start)},{_number(end)}`")
        case Glob() as pattern:
            return (f"{key}={option}" for option in _matched(line, key, pattern, options))
        case RangeSweep(shuffle=True) | ChoiceSweep(shuffle=True):
            message = f"`{text}` is another order each time, and no run would go on with another"
            raise AxisError(message, _without_shuffle(key, text))
        case RangeSweep() as span:
            return (f"{key}={number}" for number in _ranged(line, key, span))
        case ChoiceSweep(list=values) if values:
            return (_word(key, value) for value in values)
        case _:
            raise AxisError(f"`{line}` names no value")


def _matched(line: str, key: str, pattern: Glob, options: Sequence[str]) -> list[str]:
    if not options:
        raise AxisError(f"`{line}` is a pattern of options, and `{key}` is no group that has some")
    found: list[str] = pattern.filter(list(options))
    if not found:
        raise AxisError(f"`{line}` matches no option of `{key}`; there are {all_quoted(options)}")
    return found


def _ranged(line: str, key: str, span: RangeSweep) -> Iterator[Any]:
    """The numbers of a range, which are counted before they are made."""
    start, stop, step = span.start, span.stop, span.step
    assert start is not None
    assert stop is not None
    if not step:
        raise AxisError(f"`{line}` has steps of 0", f"`{key}=range({start},{stop})`")
    number = ceil((stop - start) / step)
    if number < 1:
        turned = f"`{key}=range({start},{stop},{-step})`" if start != stop else None
        raise AxisError(f"`{line}` names no value: a range ends before its second number", turned)
    if number > MOST_VALUES:
        raise AxisError(f"`{line}` names {number:,} values, and {MOST_VALUES:,} are the most")
    return iter(span.range())


def _word(key: str, value: Any) -> str:
    """An override of one value, in quotes where it has to be."""
    if isinstance(value, str) and "${" in value:
        message = f"`{value}` would be filled in from elsewhere; values are plain data"
        raise AxisError(message, 'write the value itself; the shell can fill it in: `"$NAME"`')
    held = value_of(node(value))
    quoted = override(key, held)
    if not isinstance(held, str) or isinstance(held, Scalar) or "'" not in quoted:
        return quoted
    return f"{key}={held}" if _is_bare(key, held) else quoted


def _is_bare(key: str, text: str) -> bool:
    """Whether a text is one word that means itself without quotes; `./modèle` does."""
    try:
        return len(text.split()) == 1 and read(f"{key}={text}").value == Leaf(text, 0)
    except GrammarError:
        return False


def _number(value: float | None) -> str:
    return f"{value:g}"


def _without_shuffle(key: str, text: str) -> str | None:
    inner = re.fullmatch(r"\s*shuffle\((.*)\)\s*", text)
    return f"`{key}={inner[1]}`" if inner else None
