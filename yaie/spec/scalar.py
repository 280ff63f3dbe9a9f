"""Scalars typed as Hydra's override grammar types them, so that a recipe means what the command
line means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WHOLE = r"(?:0|[1-9](?:_?[0-9])*)"
_POINT = rf"(?:{_WHOLE}\.|{_WHOLE}?\.[0-9](?:_?[0-9])*)"
_EXPONENT = rf"(?:{_POINT}|{_WHOLE})[eE][+-]?[0-9](?:_?[0-9])*"
_INT = re.compile(rf"[+-]?{_WHOLE}")
_FLOAT = re.compile(rf"[+-]?(?:{_EXPONENT}|{_POINT}|(?i:inf|nan))")
_WORDS = {"true": True, "false": False, "null": None}

_LONGEST_NUMBER = 4000
"""Digits; Python refuses to convert longer ones."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as it was written, beside what the override grammar makes of it.

    `revision=1e6` is the text `1e6` for a text field and 1000000.0 for a number.
    """

    value: bool | int | float | None
    text: str


def plain(value: Any) -> Any:
    """The value with every Scalar in it replaced by what the override grammar makes of it."""
    match value:
        case Scalar():
            return value.value
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def typed(text: str) -> Scalar | str:
    """An unquoted scalar as a value: a Scalar where it is a number, a truth value or null."""
    text = text.strip(" \t")
    if (word := text.lower()) in _WORDS:
        return Scalar(_WORDS[word], text)
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return Scalar(int(text), text)
    if _FLOAT.fullmatch(text):
        return Scalar(float(text), text)
    return text
