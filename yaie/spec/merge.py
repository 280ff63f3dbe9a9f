"""A group's values: the option's, then the fields said of it, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yaie.spec.options import Option
from yaie.spec.precedence import Settled
from yaie.spec.statements import Path, Restore, dotted

_NAMED_BY_THE_OPTION = {"kind", "method", "dtype", "name", "device"}
"""Fields that are what their option is about: saying the option says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The values of one group and where each was said, by dotted path."""

    group: str
    option: str
    values: Mapping[str, Any]
    origins: Mapping[str, str]


def merged(settled: Settled, option: Option, is_free: bool) -> Merged:
    """The option's values with every change applied in order."""
    base = _origins(settled, option, is_free)
    values: Any = option.values
    origins = dict(base)
    for change in settled.changes:
        path = change.path[1:]
        if isinstance(change, Restore):
            values = _restored(values, option.values, path)
            origins = _without(origins, dotted(change.path)) | _within(base, dotted(change.path))
        else:
            origins = _without(origins, dotted(change.path), replaced=_at(values, path))
            origins[dotted(change.path)] = change.origin
            values = _put(values, path, change.value)
    name = settled.option
    return Merged(group=settled.group, option=name, values=values, origins=origins)


def _origins(settled: Settled, option: Option, is_free: bool) -> dict[str, str]:
    file = f"option {settled.group}/{settled.option}"
    chosen = settled.choice.origin if settled.choice else file
    origins = {
        path: chosen if is_free or path.split(".")[1] in _NAMED_BY_THE_OPTION else file
        for path in option.paths
    }
    return {settled.group: chosen} | origins


def _put(values: Any, path: Path, value: Any) -> dict[str, Any]:
    """The mapping with one value set; what is not on the path is shared, never changed."""
    changed = dict(values) if isinstance(values, Mapping) else {}
    if len(path) > 1:
        changed[path[0]] = _put(changed.get(path[0]), path[1:], value)
    elif value != {} or not isinstance(changed.get(path[0]), Mapping):
        changed[path[0]] = value
    return changed


_NOTHING = object()


def _at(values: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return _NOTHING
        values = values[key]
    return values


def _restored(values: Any, base: Mapping[str, Any], path: Path) -> dict[str, Any]:
    own = _at(base, path)
    if own is not _NOTHING:
        return _put(_dropped(values, path), path, own)
    return _dropped(values, path)


def _dropped(values: Any, path: Path) -> dict[str, Any]:
    if _at(values, path) is _NOTHING:
        return dict(values)
    if len(path) == 1:
        return {key: value for key, value in values.items() if key != path[0]}
    return {**values, path[0]: _dropped(values[path[0]], path[1:])}


def _within(origins: Mapping[str, str], path: str) -> dict[str, str]:
    return {p: o for p, o in origins.items() if p == path or p.startswith(f"{path}.")}


def _without(origins: dict[str, str], path: str, replaced: Any = None) -> dict[str, str]:
    """Origins of what stands below a path are gone with it."""
    if replaced is _NOTHING or (replaced is not None and not isinstance(replaced, Mapping)):
        return origins
    gone = _within(origins, path)
    return {p: o for p, o in origins.items() if p not in gone}
