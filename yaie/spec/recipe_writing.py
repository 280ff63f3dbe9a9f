"""A composition written down as a recipe: the fewest words that compose to the same spec.

What a recipe may not say (remote code, written paths, kernels of the hub) is left to the command
line, as overrides.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.spec.free_choice import free_choice
from yaie.spec.group import Group
from yaie.spec.load_spec import CUSTOM, DEFAULTS, GROUPS, Composition
from yaie.spec.options import Option, bring
from yaie.spec.permissions import granted
from yaie.spec.statements import Choice, Field, dotted
from yaie.spec.wording import override
from yaie.spec.yaml_writing import dumped

Keys = tuple[str | int, ...]
"""A field: its group, then its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A recipe's text, and what has to be said beside it."""

    text: str
    """YAML, a line a group; groups that are as nobody said them are left out."""
    beside: tuple[str, ...] = ()
    """Overrides that a recipe may not say."""
    config_dir: Path | None = None
    """Where options of the user's own lie; None where yaie's own are enough."""

    def command(self, recipe: str) -> str:
        """What loads it, for a shell: `python -m yaie best.yaml model.trust_remote_code=true`."""
        own = () if self.config_dir is None else ("--config-dir", str(self.config_dir))
        return shlex.join(("python", "-m", "yaie", recipe, *self.beside, *own))


def written(composition: Composition) -> Written:
    """The recipe of a composition, wherever its values were said."""
    groups = {name: _group(name, composition) for name in GROUPS}
    said = {name: value for name, (value, _) in groups.items() if value is not None}
    return Written(
        text=dumped(said),
        beside=tuple(word for _, beside in groups.values() for word in beside),
        config_dir=composition.config_dir,
    )


def _group(name: str, composition: Composition) -> tuple[Any, list[str]]:
    """What a recipe says of a group, None where that is nothing, and the overrides beside it."""
    held: Group = getattr(composition.spec, name)
    option, base = _start(name, held, composition)
    fields = dict(_differences((name,), _plain(held.model_dump()), base))
    refused = [path for path, value in fields.items() if _is_refused(path, value)]
    beside = [override(dotted(_words(path)), fields.pop(path)) for path in refused]
    if granted(Choice(group=name, option=option, origin="")):
        option, beside = DEFAULTS[name], [f"{name}={option}", *beside]
    return _said(name, option, _nested(fields)), beside


def _start(name: str, held: Group, composition: Composition) -> tuple[str, Mapping[str, Any]]:
    """The word that picks a group's option, and the values that it sets; `custom` where fields
    alone name a model."""
    option = composition.choices[name]
    if option == CUSTOM:
        field = _FREE.get(name, "kind")
        word = str(getattr(held, field))
        # A word without a slash is a checkpoint only as long as a file of that name is there.
        values = free_choice(name, word) if field != "id" or "/" in word else None
        if values is not None:
            return word, _filled(held, values)
        if name == "model":
            return CUSTOM, _filled(held, {})
        option = "peft"
    found = bring([(name, option)], composition.config_dir)[name, option]
    assert isinstance(found, Option), found
    return option, _filled(held, found.values)


_FREE = {"model": "id", "adapter": "id", "device": "device"}
"""The field that a free choice of a group says."""


def _filled(held: Group, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """An option's values and the defaults of all other fields; those without one are absent."""
    fields = type(held).model_fields
    needed = {name for name, field in fields.items() if field.is_required()} - values.keys()
    whole = type(held).model_validate({**{name: getattr(held, name) for name in needed}, **values})
    filled: Mapping[str, Any] = _plain(whole.model_dump(exclude=needed))
    return filled


def _plain(value: Any) -> Any:
    """Mappings, lists and scalars; keys are text, but for whole numbers."""
    match value:
        case Mapping():
            return {_key(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _key(key: str | int) -> str | int:
    return int(key) if isinstance(key, str) and re.fullmatch(r"0|[1-9][0-9]{0,8}", key) else key


def _differences(path: Keys, value: Any, base: Any) -> Iterator[tuple[Keys, Any]]:
    """Each field that differs from the option's, by its path."""
    if isinstance(value, Mapping) and value and (isinstance(base, Mapping) or base is None):
        for key, item in value.items():
            there = base.get(key, _NOTHING) if base else _NOTHING
            yield from _differences((*path, key), item, there)
    elif value != base or type(value) is not type(base):
        yield path, value


_NOTHING = object()


def _is_refused(path: Keys, value: Any) -> bool:
    """Whether the command line alone may say it; `${` is what a recipe does not read at all."""
    said = Field(path=_words(path), value=value, origin="")
    return bool(granted(said)) or "${" in str(value)


def _words(path: Keys) -> tuple[str, ...]:
    return tuple(map(str, path))


def _nested(fields: Mapping[Keys, Any]) -> dict[str | int, Any]:
    nested: dict[str | int, Any] = {}
    for (_, *path, last), value in fields.items():
        inner = nested
        for key in path:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return nested


def _said(name: str, option: str, fields: dict[str | int, Any]) -> Any:
    """A word alone where no field differs, a mapping otherwise."""
    if option == CUSTOM:
        return fields
    if not fields:
        return option if option != DEFAULTS[name] or name == "model" else None
    is_default = option == DEFAULTS[name] and name != "model"
    return fields if is_default else {"use": option, **fields}


def commented(lines: Iterable[str], text: str) -> str:
    """A recipe's text below lines of comment, none of which ends before its line does."""
    parts = (part for line in lines for part in line.splitlines())
    return "".join(f"# {part}".rstrip() + "\n" for part in parts) + text
