"""What every group of a LoadSpec shares: frozen, strict, closed, text taken as it was written.
written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as it was written, beside what the override grammar makes of it.

    `revision=1e6` is the text `1e6` for a text field and 1000000.0 for a number.
    """

    value: bool | int | float | str | None
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


def _is_text(annotation: Any) -> bool:
    """Whether a field holds free text (and perhaps None), but no number that could be meant."""
    if get_origin(annotation) is Literal:
        return False
    kinds = set(get_args(annotation)) or {annotation}
    return str in kinds and kinds <= {str, type(None)}


@cache
def _text_fields(group: type[Group]) -> frozenset[str]:
    return frozenset(n for n, f in group.model_fields.items() if _is_text(f.annotation))


class Group(BaseModel):
    """Base of the groups. Unknown fields are errors; nothing is converted silently."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _take_text_as_written(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return plain(data)
        texts = _text_fields(cls)
        return {
            name: value.text
            if isinstance(value, Scalar) and name in texts and value.value is not None
            else plain(value)
            for name, value in data.items()
        }
