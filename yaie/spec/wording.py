"""Words of messages: names listed, amounts told, misspellings recognised, overrides written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from yaie.spec.scalar import Scalar, typed

_SHOWN = 8
"""Names listed before the rest is counted."""
_SPANS = (("days", 86_400), ("h", 3600), ("min", 60), ("s", 1))
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def quoted(names: Iterable[object], shown: int = _SHOWN) -> str:
    """Names in backticks, joined by commas; the rest of a long list is counted."""
    marked = [f"`{name}`" for name in names]
    rest = len(marked) - shown
    return ", ".join(marked[:shown]) + (f" and {rest} more" if rest > 0 else "")


def all_quoted(names: Iterable[object], word: str = "and") -> str:
    """Every name in backticks: `a`, `b` and `c`."""
    return enumerated([f"`{name}`" for name in names], word)


def enumerated(items: Sequence[str], word: str) -> str:
    """Items joined by commas, the last by a word."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 layer`, `2 layers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable(text: str) -> str:
    """The text with what would steer a terminal spelt out: it may quote a stranger's file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def sized(number: float) -> str:
    """Bytes in decimal units: `2.2 GB`."""
    for unit in _UNITS[:-1]:
        if number < 999.5:
            return f"{number:.0f} B" if unit == "B" else f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} {_UNITS[-1]}"


def lasting(seconds: float) -> str:
    """A time in the unit that people count it in: `8 s`, `3 min`, `2.5 h`."""
    if seconds < 1:
        return "a second"
    for unit, length in _SPANS:
        if seconds >= 2 * length:
            return f"{float(f'{seconds / length:.2g}'):g} {unit}"
    return f"{seconds:.2g} s"


def near_names(word: str, words: Iterable[str]) -> list[str]:
    """The words that were probably meant, the nearest first."""
    return get_close_matches(word.lower(), words, n=3)


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The word that was probably meant; None where none is near."""
    folded = {w.lower(): w for w in words}
    found = get_close_matches(word.lower(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def override(path: str, value: object) -> str:
    """An override as the command line takes it: `a.b=null`, `a.b=[1,2]`, `a.b={x:1}`."""
    return f"{path}={_written(value)}"


def overrides(path: str, value: object) -> str:
    """The same with a mapping's entries one by one, for `{` and `,` mean something to shells."""
    if isinstance(value, Mapping) and value and all(_KEY.fullmatch(str(key)) for key in value):
        return " ".join(overrides(f"{path}.{key}", held) for key, held in value.items())
    return override(path, value)


_KEY = re.compile(r"[A-Za-z_]\w*|0|[1-9]\d*", re.ASCII)


def in_quotes(text: str, mark: str) -> str:
    """Text as the override grammar quotes it: a backslash escapes only before a quotation mark."""
    escaped = re.sub(rf"(\\*)({mark}|\Z)", lambda m: m[1] * 2 + (f"\\{mark}" if m[2] else ""), text)
    return f"{mark}{escaped}{mark}"


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Scalar():
            return value.text
        case Mapping():
            return "{" + ",".join(f"{k}:{_written(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case str() if not _PLAIN.fullmatch(value) or not isinstance(typed(value), str):
            return in_quotes(value, "'")
        case _:
            return str(value)


_PLAIN = re.compile(r"[\w./:@%+-]+", re.ASCII)
"""Text that the override grammar reads without quotes, unless it takes it for something else."""
