"""The `sweep` section of a recipe: what a sweep of it varies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.axes import Words, values_of
from yaie.spec.command_line import command_line
from yaie.spec.conf import folder_groups
from yaie.spec.document import Branch, Items, Leaf, Node, value_of
from yaie.spec.load_spec import GROUPS
from yaie.spec.override import GrammarError
from yaie.spec.permissions import granted
from yaie.spec.recipe import read_recipe
from yaie.spec.statements import Choice, text_of
from yaie.spec.wording import override

SECTION = "sweep"
TAKES = "a key of `sweep` takes a list of values, or Hydra's own words: `range(1,4)`"


def recipe_axes(recipe: Path | None, config_dir: Path | None = None) -> Mapping[str, Words]:
    """Key → overrides, one a value; empty where the recipe has no such section.

    Raises InputError for what is no axis, and for values that a recipe may not say.
    """
    root = None if recipe is None else read_recipe(recipe).root
    if not isinstance(root, Branch) or SECTION not in root.entries:
        return {}
    line, section = root.entries[SECTION]
    if not isinstance(section, Branch):
        raise InputError(_problem(SECTION, "`sweep` takes keys and their values", recipe, line))
    own = [group for group in folder_groups(config_dir) if group not in GROUPS]
    found: dict[str, Words] = {}
    problems: list[Problem] = []
    for key, at, node in _keys("", section, line):
        try:
            found[key] = _values(key, node, config_dir)
        except (GrammarError, TypeError) as error:
            problems.append(_problem(f"{SECTION}.{key}", str(error) or TAKES, recipe, at))
            continue
        problems += _refused(found[key], own, f"{recipe}:{at}")
    if problems:
        raise InputError(*problems)
    return found


def _keys(path: str, branch: Branch, line: int) -> Iterator[tuple[str, int, Node]]:
    """Each axis by its dotted key; `model: {config: {x: [1, 2]}}` is one of `model.config.x`."""
    for name, (at, node) in branch.entries.items():
        key = f"{path}{name}"
        if isinstance(node, Branch):
            yield from _keys(f"{key}.", node, at)
        else:
            yield key, at, node


def _values(key: str, node: Node, config_dir: Path | None) -> Words:
    """The overrides of an axis; raises GrammarError for Hydra's own words that it cannot read,
    TypeError where there are no values."""
    if isinstance(node, Leaf):
        line = f"{key}={text_of(node)}"
        values = values_of(line, config_dir)
        found = (line,) if values is None else values
    else:
        assert isinstance(node, Items)
        found = tuple(dict.fromkeys(override(key, value_of(item)) for item in node.items))
    if not found:
        raise TypeError
    return found


def _refused(words: Words, own: list[str], origin: str) -> Iterator[Problem]:
    """What a recipe may not say: an axis is no way around it."""
    said, _ = command_line(words, own)
    choices = [
        Choice(group=group, option=option, origin=origin)
        for word in words
        for group, _, option in [word.partition("=")]
        if group in GROUPS
    ]
    changes = [change for group in said.changes.values() for change in group]
    for statement in (*choices, *changes):
        if problem := granted(statement):
            yield problem


def _problem(path: str, message: str, recipe: Path | None, line: int) -> Problem:
    return Problem(path=path, message=message, origin=f"{recipe}:{line}")
