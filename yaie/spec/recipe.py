"""A recipe: the command line, written down as plain data."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG

from yaie.errors import Problem
from yaie.spec.document import (
    MAX_BYTES,
    Branch,
    Document,
    Items,
    Leaf,
    Node,
    read,
    scalars,
    value_of,
)
from yaie.spec.load_spec import GROUPS
from yaie.spec.permissions import VERB_FLAGS, granted
from yaie.spec.scalar import plain
from yaie.spec.statements import TAKES, Change, Choice, Field, Layer, in_group, layer, text_of
from yaie.spec.unknown_names import unknown_group
from yaie.spec.wording import nearest

_PLAIN = {
    "hydra": "sets up Hydra itself, which a recipe cannot do; leave it out",
    "launcher": "is said on the command line only",
}


def read_recipe(path: Path) -> Document:
    """The file as nodes; one that cannot be read has its problem."""
    try:
        return read(_start_of(path), str(path))
    except FileNotFoundError:
        problem = Problem(path="", message=f"there is no recipe `{path}`", hint=_near(path))
    except IsADirectoryError:
        problem = Problem(path="", message=f"`{path}` is a folder; name a recipe in it")
    except (OSError, ValueError) as error:
        problem = Problem(path="", message=f"the recipe `{path}` cannot be read: {error}")
    return Document(str(path), None, (problem,))


def _start_of(path: Path) -> bytes:
    """As much of a file as shows whether it is too large; a pipe or a device has no end."""
    if not S_ISREG(os.stat(path).st_mode) and not path.is_dir():
        raise ValueError("it is no regular file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _near(path: Path) -> str | None:
    if not os.path.isdir(path.parent):
        return None
    names = [file.name for file in path.parent.iterdir() if file.suffix in (".yaml", ".yml")]
    near = nearest(path.name, names)
    return f"`{path.parent / near}`" if near else None


def recipe_layer(document: Document, own: Sequence[str]) -> tuple[Layer, tuple[Problem, ...]]:
    """What a recipe says, and what in it cannot be said; `own` are the user's own groups."""
    problems = list(document.problems)
    root = document.root
    if root is not None and not isinstance(root, Branch):
        problems.append(_problem("", _NOT_A_MAPPING, f"{document.name}:{root.line}", _EXAMPLE))
        root = None
    statements = [*_statements(document.name, root, own, problems)] if root else []
    return layer(document.name, iter(statements)), tuple(problems)


_NOT_A_MAPPING = "a recipe names groups, one a line"
_EXAMPLE = "write `model: llama2`, say, and `precision: bf16` below it"


def _statements(
    name: str, root: Branch, own: Sequence[str], problems: list[Problem]
) -> Iterator[Choice | Change]:
    for leaf in scalars(root):
        if "${" in str(leaf.value):
            problems.append(_interpolation(leaf, f"{name}:{leaf.line}"))
    for group, (line, node) in root.entries.items():
        if group == "sweep":
            problems.append(_left_out(name, line))
            continue
        if problem := _not_a_group(group, node, f"{name}:{line}", own):
            problems.append(problem)
            continue
        for statement in _in_group(name, group, node, line, problems):
            if problem := _target(statement) or granted(statement):
                problems.append(problem)
            else:
                yield statement


def _in_group(
    name: str, group: str, node: Node, line: int, problems: list[Problem]
) -> Iterator[Choice | Change]:
    try:
        yield from in_group(group, node, lambda at: f"{name}:{at}", line)
    except TypeError:
        problems.append(_problem(group, TAKES, f"{name}:{line}"))


def _interpolation(leaf: Leaf, origin: str) -> Problem:
    message = f"`{leaf.value}` would be filled in from elsewhere; a recipe is plain data"
    return _problem("", message, origin, "write the value itself, or give it on the command line")


def _left_out(name: str, line: int) -> Problem:
    message = "`sweep` names what a sweep varies; this is one load, without it"
    problem = _problem("sweep", message, f"{name}:{line}", f"`yaie sweep {name}`")
    return replace(problem, severity="warning")


def _target(statement: Choice | Change) -> Problem | None:
    if isinstance(statement, Field) and "_target_" in statement.path:
        return _problem(
            ".".join(statement.path),
            "a recipe names options and does not call Python, so `_target_` means nothing here",
            statement.origin,
            f"write `{statement.path[0]}: {{use: OPTION}}`, its fields beside `use`",
        )
    return None


def _not_a_group(group: str, node: Node, origin: str, own: Sequence[str]) -> Problem | None:
    if group in GROUPS or group in own:
        return None
    if group == "defaults":
        return _defaults(node, origin)
    if group == "_target_":
        return _target(Field(path=("model", "_target_"), value="", origin=origin))
    if group in _PLAIN:
        return _problem(group, f"`{group}` {_PLAIN[group]}", origin)
    if flag := VERB_FLAGS.get(group):
        message = f"`{group}` has effects, so a recipe cannot say it; the command line can"
        return _problem(group, message, origin, f"`{flag}`")
    value = plain(value_of(node))
    return unknown_group(Field(path=(group,), value=value, origin=origin), own)


def _defaults(node: Node, origin: str) -> Problem:
    """Hydra's list of choices, in the form that a recipe has for it."""
    entries = node.items if isinstance(node, Items) else [node]
    chosen = [
        f"`{key.split()[-1].lstrip('/')}: {text_of(item)}`"
        for entry in entries
        if isinstance(entry, Branch)
        for key, (_, item) in entry.entries.items()
    ]
    hint = f"write {' and '.join(chosen)} at the top level" if chosen else "leave it out"
    return _problem("defaults", "a recipe names each group's option itself", origin, hint)


def _problem(path: str, message: str, origin: str, hint: str | None = None) -> Problem:
    return Problem(path=path, message=message, hint=hint, origin=origin)
