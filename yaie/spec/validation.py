"""Typing by pydantic, and its errors as Problems in yaie's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from yaie.errors import Problem
from yaie.spec.field_spellings import FORMER, IN_CONFIG
from yaie.spec.field_types import described, type_at, variants, words
from yaie.spec.load_spec import TAGS, LoadSpec
from yaie.spec.merge import Merged
from yaie.spec.option_spellings import DTYPES, OTHER_WORDS
from yaie.spec.scalar import Scalar
from yaie.spec.statements import Field, Path, dotted
from yaie.spec.unknown_names import former, shown, to_type, unknown_field
from yaie.spec.wording import nearest

Spelled = Mapping[str, Merged]


def typed_spec(groups: Spelled) -> LoadSpec | tuple[Problem, ...]:
    """The LoadSpec of all groups' values, or everything that is wrong with them."""
    values = {name: merged.values for name, merged in groups.items()}
    problems = tuple(_in_config(groups["model"]))
    try:
        spec = LoadSpec.model_validate(values)
    except ValidationError as error:
        return problems + tuple(_problems(error, values, groups))
    return problems or spec


def _in_config(model: Merged) -> Iterator[Problem]:
    """Fields of config.json that another group decides."""
    config = model.values.get("config")
    for name, value in config.items() if isinstance(config, Mapping) else ():
        if name in IN_CONFIG:
            path = ("model", "config", name)
            field = Field(path=path, value=value, origin=_origin(model, path))
            message = f"`{name}` would decide against yaie's own groups; leave it out"
            yield former(field) or Problem(path=dotted(path), message=message, origin=field.origin)


def _problems(
    error: ValidationError, values: Mapping[str, Any], groups: Spelled
) -> Iterator[Problem]:
    seen: set[tuple[str, ...]] = set()
    for entry in error.errors(include_url=False, include_context=False):
        path = _path(entry["loc"], entry["type"], values)
        if path not in seen:
            seen.add(path)
            is_key = entry["loc"][-1] == "[key]"
            yield _problem("key" if is_key else entry["type"], path, values, groups[path[0]])


def _path(loc: Sequence[int | str], kind: str, values: Any) -> tuple[str, ...]:
    """The part of pydantic's location that the input has; the rest names members of unions."""
    path: list[str] = []
    for index, step in enumerate(loc):
        key = str(step)
        if index == 1 and len(variants(path[0])) > 1:
            continue
        if isinstance(values, Mapping) and key in values:
            values = values[key]
        elif isinstance(values, list) and isinstance(step, int):
            values = values[step]
        elif not (kind == "missing" and step == loc[-1]):
            continue
        path.append(key)
    return tuple(path)


def _problem(kind: str, path: tuple[str, ...], values: Mapping[str, Any], group: Merged) -> Problem:
    origin = _origin(group, path)
    value = _value(values, path)
    if kind == "extra_forbidden":
        field = Field(path=path, value=value, origin=origin)
        return _unknown(field, values, group)
    if kind == "key":
        message = f"`{path[-1]}` is a key here; keys are whole numbers"
        return _said(path, message, None, origin)
    if kind == "missing":
        message = f"`{group.group}={group.option}` needs `{path[-1]}`"
        return _said(path, message, _example(path), origin)
    if kind.startswith("union_tag"):
        tag = TAGS[group.group]
        message = f"the option has to say its `{tag}`, as {group.group}'s own options do"
        return _said((*path, tag), message, None, origin)
    kinds = type_at(values, path)
    given = f"`{shown(value)}`" if shown(value) is not None else _container(value)
    message = f"{given} was asked; allowed is {_allowed(kind, kinds)}"
    return _said(path, message, _meant(path, value, kinds), origin)


def _said(path: Sequence[str], message: str, hint: str | None, origin: str) -> Problem:
    return Problem(path=".".join(path), message=message, hint=hint, origin=origin)


def _origin(group: Merged, path: Path) -> str:
    """Where a value was said: itself, the first of what is in it, or what is around it."""
    if within := [o for p, o in group.origins.items() if p.startswith(f"{dotted(path)}.")]:
        return within[0]
    around = (group.origins.get(dotted(path[:length])) for length in range(len(path), 0, -1))
    return next((origin for origin in around if origin), f"option {group.group}/{group.option}")


def _value(values: Any, path: Sequence[str]) -> Any:
    for key in path:
        if isinstance(values, list):
            values = values[int(key)]
        else:
            values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _container(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a mapping"


def _allowed(kind: str, kinds: tuple[Any, ...]) -> str:
    if kind == "too_short":
        return f"{described(kinds)} with at least one entry"
    return f"{described(kinds)} {_BOUNDS[kind]}" if kind in _BOUNDS else described(kinds)


_BOUNDS = {"greater_than_equal": "of 0 or more", "less_than": "below 2^63"}
"""The bounds that fields have; `weights.seed` is the one with any."""


def _unknown(field: Field, values: Mapping[str, Any], group: Merged) -> Problem:
    if len(field.path) == 2:
        return unknown_field(field, values[group.group], group.option)
    if field.path[-1] in FORMER and (found := former(field)):
        return found
    return _said(field.path, f"there is no field `{field.path[-1]}` here", None, field.origin)


def _example(path: tuple[str, ...]) -> str | None:
    if path == ("device", "map"):
        return "name each module's device, such as `device.map.lm_head=cpu`"
    return "`device.device=cuda:0`" if path == ("device", "device") else None


_TRUTHS = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}


def _meant(path: tuple[str, ...], value: Any, kinds: tuple[Any, ...]) -> str | None:
    text = shown(value)
    if text is None or any(key.isdecimal() for key in path[2:]):
        return None
    if path == ("precision", "dtype") and (option := OTHER_WORDS["precision"].get(text)):
        return f"`{option}`"
    if bool in kinds and text.lower() in _TRUTHS:
        return to_type(path, Scalar(None, _TRUTHS[text.lower()]))
    known = words(kinds)
    if known and (meant := DTYPES.get(text) or nearest(text, known)) and meant in known:
        return to_type(path, meant)
    whole = re.fullmatch(r"([+-]?\d{1,20})(\.0*)?", text, re.ASCII) if int in kinds else None
    return to_type(path, Scalar(None, str(int(whole[1])))) if whole else None
