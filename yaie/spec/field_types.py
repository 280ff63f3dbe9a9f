"""The shape of a LoadSpec: which fields a group has, and what each field takes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from yaie.spec.group import Group, members
from yaie.spec.load_spec import GROUPS, TAGS, LoadSpec
from yaie.spec.wording import enumerated


@cache
def variants(group: str) -> tuple[type[Group], ...]:
    """The types that a group's fields may have, one a tag or one in all."""
    return members(LoadSpec.model_fields[group].annotation)


@cache
def homes(field: str) -> tuple[str, ...]:
    """The groups that have a field of this name; those that have it unasked, if there are any."""
    having = tuple(g for g in GROUPS if any(field in v.model_fields for v in variants(g)))
    unasked = tuple(g for g in having if field in variants(g)[0].model_fields)
    return unasked or having


def variant(group: str, values: Mapping[str, Any]) -> type[Group]:
    """The type of a group's fields under the tag that the values bear."""
    return _tagged(variants(group), values)


def _tagged(kinds: tuple[type[Group], ...], values: Mapping[str, Any]) -> type[Group]:
    for kind in kinds:
        for name in ("kind", "method"):
            field = kind.model_fields.get(name)
            if field and values.get(name) in get_args(field.annotation):
                return kind
    return kinds[0]


def tags_with(group: str, field: str) -> tuple[str, ...]:
    """The tags under which a group has a field."""
    tag = TAGS.get(group, "")
    having = (v.model_fields[tag] for v in variants(group) if field in v.model_fields if tag)
    return tuple(value for held in having for value in get_args(held.annotation))


def type_at(values: Mapping[str, Any], path: tuple[str, ...]) -> tuple[Any, ...]:
    """The types that a path's value may have: a union's members; empty where nothing is known."""
    kinds = variants(path[0])
    data: Any = values.get(path[0])
    for key in path[1:]:
        kinds = _inside(kinds, key, data)
        data = data.get(key) if isinstance(data, Mapping) else None
    return kinds


def _inside(kinds: tuple[Any, ...], key: str, data: Any) -> tuple[Any, ...]:
    groups = tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Group))
    if groups:
        held = _tagged(groups, data if isinstance(data, Mapping) else {})
        return members(held.model_fields[key].annotation) if key in held.model_fields else ()
    holders = [kind for kind in kinds if get_origin(kind) in (dict, list, tuple)]
    if not holders:
        return ()
    arguments = get_args(holders[0])
    return members(arguments[1] if get_origin(holders[0]) is dict else arguments[0])


_NAMES: dict[Any, str] = {
    bool: "`true` or `false`",
    int: "a whole number",
    float: "a number",
    str: "text",
    NoneType: "`null`",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
}


def words(kinds: tuple[Any, ...]) -> tuple[str, ...]:
    """The words that one of the types spells out."""
    literals = (kind for kind in kinds if get_origin(kind) is Literal)
    return tuple(str(word) for literal in literals for word in get_args(literal))


def described(kinds: tuple[Any, ...]) -> str:
    """What types take, in words: "a whole number or `null`"."""
    spelled = [f"`{word}`" for word in words(kinds)]
    names = [_name(kind) for kind in kinds if get_origin(kind) is not Literal]
    return enumerated([*spelled, *dict.fromkeys(names)], "or")


def _name(kind: Any) -> str:
    origin = get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, Group):
        return "a mapping"
    return _NAMES.get(origin, "any value")
