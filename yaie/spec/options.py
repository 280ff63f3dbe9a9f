"""Options as they stand in their files, each with the paths of its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.spec.conf import folders, option_file
from yaie.spec.document import read, value_of
from yaie.spec.scalar import plain

Key = tuple[str, str]
"""A group and one of its options."""


class OptionError(Exception):
    """An option's file cannot be composed; says why."""


@dataclass(frozen=True, slots=True)
class Option:
    """What an option sets of its group."""

    values: Mapping[str, Any]
    paths: tuple[str, ...]
    """Dotted paths of its values, from the group on."""


_shipped: dict[Key, Option | OptionError] = {}


def bring(keys: Iterable[Key], config_dir: Path | None) -> Mapping[Key, Option | OptionError]:
    """The options that a batch names; those that ship are read once a process."""
    if config_dir is not None:
        return _read(sorted(set(keys)), config_dir)
    if missing := sorted(set(keys) - _shipped.keys()):
        _shipped.update(_read(missing, None))
    return _shipped


def _read(keys: list[Key], config_dir: Path | None) -> dict[Key, Option | OptionError]:
    """Hydra composes what uses Hydra's own forms; its import takes longer than all the rest."""
    found = {key: _alone(key, config_dir) for key in keys}
    if composed := [key for key, values in found.items() if values is None]:
        from yaie.spec.compose_options import compose

        found |= compose(composed, folders(config_dir))
    return {key: _option(key[0], values) for key, values in found.items()}


def _alone(key: Key, config_dir: Path | None) -> dict[str, Any] | OptionError | None:
    """The values of an option that stands alone; None where Hydra has to compose it."""
    file = option_file(*key, config_dir)
    if file is None:
        return OptionError("there is no such option")
    try:
        values = option_values(file)
    except OptionError as error:
        return error
    return None if "defaults" in values or "${" in str(values) else values


def option_values(file: Path) -> dict[str, Any]:
    """What an option's own file says, scalars typed as a recipe's are; raises OptionError."""
    try:
        document = read(file.read_bytes(), str(file))
    except OSError as error:
        raise OptionError(f"its file cannot be read: {error}") from error
    if document.problems:
        problem = document.problems[0]
        raise OptionError(f"{problem.message} ({problem.origin})")
    values = {} if document.root is None else plain(value_of(document.root))
    if not isinstance(values, dict):
        raise OptionError("an option is a mapping")
    return values


def _option(group: str, values: dict[str, Any] | OptionError | None) -> Option | OptionError:
    if values is None or isinstance(values, OptionError):
        return values or OptionError("there is no such option")
    return Option(values, tuple(_paths(group, values)) if values else ())


def _paths(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _paths(f"{path}.{key}", item)
    else:
        yield path
