"""Words of messages: names listed, numbers agreed with, misspellings recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

_SHOWN = 8
"""Names listed before the rest is counted."""


def quoted(names: Iterable[object], shown: int = _SHOWN) -> str:
    """Names in backticks, joined by commas; the rest of a long list is counted."""
    marked = [f"`{name}`" for name in names]
    rest = len(marked) - shown
    return ", ".join(marked[:shown]) + (f" and {rest} more" if rest > 0 else "")


def counted(number: int, noun: str) -> str:
    """`1 layer`, `2 layers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The word that was probably meant; None where none is near."""
    folded = {w.lower(): w for w in words}
    found = get_close_matches(word.lower(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def override(path: str, value: object) -> str:
    """An override as the command line takes it: `a.b=null`, `a.b=[1,2]`, `a.b={x:1}`."""
    return f"{path}={_written(value)}"


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return "{" + ",".join(f"{k}:{_written(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case str() if not _PLAIN.fullmatch(value) or value.lower() in _TYPED:
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case _:
            return str(value)


_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_TYPED = ("true", "false", "null", "inf", "nan")
"""Words that the override grammar takes for something else than text."""
