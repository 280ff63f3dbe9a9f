"""Which values of a config field are tried to learn its limits. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from yaie.facts.architecture import FieldFacts
from yaie.facts.types import mismatch

NONSENSE = "foo"
"""A word that means nothing anywhere."""
WORD = "bar"
"""Another one."""


def first_values(field: FieldFacts, built: Any) -> list[Any]:
    """Values on every side of what a default config holds, as far as the type admits them."""
    tried = [*_around(built), *_of_type(built, field.type), *_literals(field.type)]
    null = [None] if built is not None else []
    return _admitted([*tried, *null], field, [built])


def further_values(
    field: FieldFacts, built: Any, refused: Sequence[Any], had: Sequence[Any]
) -> list[Any]:
    """Values that tell why some of the first were refused."""
    return _admitted(list(_closer(built, refused)), field, [built, *had])


def replaced_values(field: FieldFacts, unread: Sequence[Any]) -> list[Any]:
    """Another word, where the first was replaced: is every one?"""
    return _admitted([WORD] if NONSENSE in unread else [], field, [])


def word_values(field: FieldFacts, words: Iterable[str], had: Sequence[Any]) -> list[Any]:
    """Words, for a field that takes some only."""
    return _admitted(list(words), field, had)


def item_values(field: FieldFacts, items: list[Any], words: Iterable[str]) -> list[Any]:
    """Lists with another last word, for a field that takes some words only."""
    if not items or not all(isinstance(item, str) for item in items):
        return []
    return _admitted([[*items[:-1], word] for word in dict.fromkeys(words)], field, [items])


def _around(built: Any) -> list[Any]:
    match built:
        case bool():
            return [not built]
        case int():
            return [-1, 0, built + 1, *([2 * built] if built > 0 else []), *_half(built)]
        case float():
            return [-1.0, 0.0, 2.0]
        case str():
            return [NONSENSE]
        case [*items]:
            return [[], items[:-1], items + items[-1:], items[::-1], *_of_items(items)]
    return []


def _half(number: int) -> list[int]:
    return [number // 2] if number > 1 else []


def _of_items(items: list[Any]) -> list[list[Any]]:
    if all(isinstance(item, str) for item in items):
        return [[*items[:-1], NONSENSE]]
    if all(isinstance(item, int) and not isinstance(item, bool) for item in items):
        return [[item + 1 for item in items], [-1 for _ in items], [0 for _ in items]]
    if all(isinstance(item, float) for item in items):
        return [[item + 1 for item in items]]
    return []


def _of_type(built: Any, type_: str) -> list[Any]:
    """Where there is no default to begin at."""
    if isinstance(built, str) and re.search(r"\bint\b", type_):
        return [-1, 0, 1, 64]
    if type(built) is int and re.search(r"\blist\b", type_):
        return [[built] * 2, [built] * 3]
    if built is not None:
        return []
    samples: dict[str, list[Any]] = {
        r"\bint\b": [-1, 0, 1, 64],
        r"\bfloat\b": [-1.0, 0.0, 0.5, 2.0],
        r"\bstr\b": [NONSENSE],
        r"\bbool\b": [True, False],
        r"list\[int": [[], [1], [1, 2]],
        r"list\[str": [[], [NONSENSE]],
    }
    return [value for kind, values in samples.items() if re.search(kind, type_) for value in values]


def _literals(type_: str) -> list[Any]:
    found = re.findall(r"Literal\[(.*?)\]", type_)
    return [value for inside in found for value in ast.literal_eval(f"[{inside}]")]


def _closer(built: Any, refused: Sequence[Any]) -> Iterator[Any]:
    match built:
        case bool():
            return
        case int():
            if 0 in refused:
                yield 1
            if built + 1 in refused or 2 * built in refused:
                yield from (built + 2, built + 3, 3 * built, 4 * built, built // 2, built - 1, 1)
        case float():
            yield from (0.5, 1.0) if refused else ()
            yield from (built / 2,) if 0.0 in refused and built > 0 else ()
        case str():
            yield from ("gelu", "relu") if refused else ()
        case None:
            yield from (2, 4, 8, 32, 128) if 64 in refused else ()
            yield from (1.0,) if 2.0 in refused else ()


def _admitted(values: Iterable[Any], field: FieldFacts, had: Sequence[Any]) -> list[Any]:
    """The values of the type that are not had yet, each once."""
    seen = [repr(value) for value in had]
    kept = []
    for value in values:
        if repr(value) in seen or (field.checked and mismatch(value, field.type)):
            continue
        seen.append(repr(value))
        kept.append(value)
    return kept
