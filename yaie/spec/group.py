"""What every group of a LoadSpec shares: frozen, strict, closed, text taken as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator

from yaie.spec.scalar import Scalar, plain


def members(annotation: Any) -> tuple[Any, ...]:
    """The types that an annotation is a union of, without what `Annotated` adds to them."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(kind for part in get_args(annotation) for kind in members(part))
    return (annotation,)


def shaped(value: Any, annotation: Any) -> Any:
    """The value as a field of this type takes it: text as it was written, whole numbers as keys.

    Only free text (and perhaps None) takes the raw text; where a number could be meant, it is.
    """
    if not isinstance(value, Scalar | list | dict):
        return value
    kinds = members(annotation)
    match value:
        case Scalar():
            free_text = str in kinds and set(kinds) <= {str, NoneType}
            return value.text if free_text and value.value is not None else value.value
        case dict():
            return value if any(map(_is_group, kinds)) else _shaped_mapping(value, kinds)
        case list():
            sequences = [kind for kind in kinds if get_origin(kind) in (list, tuple)]
            item_type = get_args(sequences[0])[0] if sequences else Any
            return [shaped(item, item_type) for item in value]


def _shaped_mapping(value: Mapping[Any, Any], kinds: tuple[Any, ...]) -> dict[Any, Any]:
    mappings = [kind for kind in kinds if get_origin(kind) is dict]
    key_type, item_type = get_args(mappings[0]) if mappings else (str, Any)
    numbered = int in members(key_type)
    return {
        int(key) if numbered and _is_number(key) else key: shaped(item, item_type)
        for key, item in value.items()
    }


def _is_group(kind: Any) -> bool:
    """Whether a type shapes its own fields."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_number(key: object) -> bool:
    return isinstance(key, str) and key.isascii() and key.isdecimal()


@cache
def _annotations(group: type[Group]) -> dict[str, Any]:
    return {name: field.annotation for name, field in group.model_fields.items()}


class Group(BaseModel):
    """Base of the groups. Unknown fields are errors; nothing is converted silently."""

    # No use_attribute_docstrings: reading every class's source takes a fifth of the start.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _take_text_as_written(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return plain(data)
        annotations = _annotations(cls)
        return {name: shaped(value, annotations.get(name, Any)) for name, value in data.items()}
