"""What a recipe or a command line says, group by group: choices of options, and fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaie.spec.document import Branch, Leaf, Node, value_of
from yaie.spec.scalar import Scalar

Path = tuple[str, ...]
"""A field: its group, then its keys."""

TAKES = "a group takes an option's name, or a mapping of its fields"
"""What is said where `in_group` raises TypeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A group's option, or a free choice such as `org/name`."""

    group: str
    option: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field's value."""

    path: Path
    value: Any
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A field's own value in the option, whatever was said of it before."""

    path: Path
    origin: str


Change = Field | Restore


@dataclass(frozen=True, slots=True)
class Layer:
    """All that one recipe, or the command line, says."""

    name: str
    """`recipes/x.yaml`, or `the command line`."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    """By group, in the order they were said."""


def layer(name: str, statements: Iterator[Choice | Change]) -> Layer:
    """A layer out of its statements; of several choices of a group the last holds."""
    choices: dict[str, Choice] = {}
    changes: dict[str, list[Change]] = {}
    for statement in statements:
        if isinstance(statement, Choice):
            choices[statement.group] = statement
        else:
            changes.setdefault(statement.path[0], []).append(statement)
    return Layer(name, choices, {group: tuple(said) for group, said in changes.items()})


def without(said: Layer, path: str, origin: str | None) -> Layer:
    """The layer less what was said at a place of the value at a path: the fields of the value, or
    else the choice of its group."""
    group = path.partition(".")[0]
    changes = said.changes.get(group, ())
    kept = tuple(c for c in changes if c.origin != origin or not _related(dotted(c.path), path))
    choices = dict(said.choices)
    if kept == changes and group in choices and choices[group].origin == origin:
        del choices[group]
    return Layer(said.name, choices, {**said.changes, group: kept})


def _related(one: str, other: str) -> bool:
    """Whether one path is the other, or around it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def dotted(path: Path) -> str:
    return ".".join(path)


def text_of(node: Node) -> str | None:
    """A scalar's text as it was written; None for a list or mapping."""
    if not isinstance(node, Leaf):
        return None
    return node.value.text if isinstance(node.value, Scalar) else node.value


def in_group(
    group: str, node: Node, origin: Callable[[int], str], line: int
) -> Iterator[Choice | Change]:
    """What is said of a whole group: a word picks the option, as `use` does in a mapping.

    Raises TypeError where `use` is no word, or the node a list.
    """
    if not isinstance(node, Branch):
        yield Choice(group=group, option=_word(node), origin=origin(line))
        return
    for key, (at, item) in node.entries.items():
        if key == "use":
            yield Choice(group=group, option=_word(item), origin=origin(at))
        else:
            yield from fields((group, key), item, origin, at)


def _word(node: Node) -> str:
    word = text_of(node)
    if word is None:
        raise TypeError
    return word


def fields(path: Path, node: Node, origin: Callable[[int], str], line: int) -> Iterator[Field]:
    """The fields that a value sets: a mapping sets those it names, anything else the field."""
    if isinstance(node, Branch) and node.entries:
        for key, (at, item) in node.entries.items():
            yield from fields((*path, key), item, origin, at)
    else:
        yield Field(path=joined(path), value=value_of(node), origin=origin(line))


def joined(path: Path) -> Path:
    """Nested keys of `device.map` are one module name: `model`, `layers`, `0`."""
    if path[:2] == ("device", "map") and len(path) > 3:
        return (*path[:2], dotted(path[2:]))
    return path
