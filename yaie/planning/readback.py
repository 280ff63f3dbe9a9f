"""Whether the overrides of config.json read back from the config that was built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Fault, Problem
from yaie.facts.dtypes import dtype_name

_ABSENT = object()


def unread(config: Any, overrides: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """A problem for each override that the built config does not hold.

    `config` is a transformers config or a mapping in one; `path` is where the overrides stand in
    the spec.
    """
    for name, value in overrides.items():
        got = _field(config, name)
        if isinstance(value, Mapping) and got is not _ABSENT and not _same(value, got):
            yield from unread(got, value, f"{path}.{name}")
        elif got is _ABSENT or not _same(value, got):
            yield _problem(config, f"{path}.{name}", name, value, got)


def _field(config: Any, name: str) -> Any:
    if isinstance(config, Mapping):
        return config.get(name, config.get(_number(name), _ABSENT))
    if name in (getattr(config, "per_layer_attributes", None) or ()):
        return _of_layers([getattr(layer, name, None) for layer in config.per_layer_config])
    return getattr(config, name, _ABSENT)


def _of_layers(values: list[Any]) -> Any:
    """The one value of a field that each layer has for itself; all of them where they differ."""
    return values[0] if all(value == values[0] for value in values) else values


def _number(name: str) -> int | str:
    return int(name) if isinstance(name, str) and name.isdigit() else name


def _same(asked: Any, got: Any) -> bool:
    """Equal as JSON: a tuple is its list, a key its text, a dtype its name."""
    return bool(_plain(asked) == _plain(got))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # A dtype is the only value that a config holds by an object, and config.json by its name.
    return dtype_name(value) if type(value).__name__ == "dtype" else value


def _problem(config: Any, path: str, name: str, value: Any, got: Any) -> Problem:
    held = "has no such field" if got is _ABSENT else f"says `{got}`"
    return Problem(
        path=path,
        message=f"`{value}` does not read back: the built config {held}",
        hint=_todays_field(config, path, name, value),
        fault=Fault.UNSUPPORTED,
    )


def _todays_field(config: Any, path: str, name: str, value: Any) -> str | None:
    """An override of the same name further inside, such as `rope_parameters.rope_theta`."""
    if not isinstance(config, Mapping) and not hasattr(config, "to_dict"):
        return None
    held = config if isinstance(config, Mapping) else config.to_dict()
    for outer, inner in held.items():
        if isinstance(inner, Mapping) and name in inner:
            return f"`{path.removesuffix(name)}{outer}.{name}={value}`"
    return None
