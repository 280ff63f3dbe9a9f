"""The `sweep` section of a recipe: what a sweep of it varies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.axes import Axes, Words, unreadable, values_of
from yaie.spec.command_line import command_line
from yaie.spec.conf import folder_groups
from yaie.spec.document import Branch, Items, Leaf, Node, value_of
from yaie.spec.load_spec import GROUPS, Composition
from yaie.spec.override import AxisError, GrammarError
from yaie.spec.permissions import granted
from yaie.spec.recipe import read_recipe
from yaie.spec.statements import Choice, text_of
from yaie.spec.wording import override

SECTION = "sweep"
TAKES = "a key of `sweep` takes a list of values, or Hydra's own words: `range(1,4)`"
NO_KEYS = "`sweep` takes keys, and a list of values for each"
EXAMPLE = "write `precision: [bf16, fp32]` below it, say"


def is_sweep(recipe: Path | None, composed: Composition | InputError) -> bool:
    """Whether a recipe, which composed to that as one load, has such a section."""
    if isinstance(composed, Composition):
        return any(note.path == SECTION for note in composed.notes)
    root = None if recipe is None else read_recipe(recipe).root
    return isinstance(root, Branch) and SECTION in root.entries


def recipe_axes(recipe: Path | None, config_dir: Path | None = None) -> Axes:
    """What a recipe varies, and where it says so; nothing where it has no such section.

    What is no axis, and values that a recipe may not say, are among its problems.
    """
    root = None if recipe is None else read_recipe(recipe).root
    if not isinstance(root, Branch) or SECTION not in root.entries:
        return Axes(fixed=(), varied={})
    line, section = root.entries[SECTION]
    if not isinstance(section, Branch):
        problem = Problem(path=SECTION, message=NO_KEYS, hint=EXAMPLE, origin=f"{recipe}:{line}")
        return Axes(fixed=(), varied={}, problems=(problem,))
    own = [group for group in folder_groups(config_dir) if group not in GROUPS]
    found: dict[str, Words] = {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []
    for key, at, node in _keys("", section, line):
        try:
            words = _values(key, node, config_dir)
        except GrammarError as error:
            problems.append(_problem(key, _said(key, node), error, f"{recipe}:{at}"))
            continue
        found[key] = tuple(words)
        origins |= {word: f"{recipe}:{place}" for word, place in words.items()}
        problems += _refused(found[key], own, origins)
    return Axes(fixed=(), varied=found, origins=origins, problems=tuple(problems))


def _keys(path: str, branch: Branch, line: int) -> Iterator[tuple[str, int, Node]]:
    """Each axis by its dotted key; `model: {config: {x: [1, 2]}}` is one of `model.config.x`."""
    for name, (at, node) in branch.entries.items():
        key = f"{path}{name}"
        if isinstance(node, Branch):
            yield from _keys(f"{key}.", node, at)
        else:
            yield key, at, node


def _values(key: str, node: Node, config_dir: Path | None) -> Mapping[str, int]:
    """The overrides of an axis, each with its line; raises GrammarError."""
    if isinstance(node, Leaf):
        line = _said(key, node)
        return dict.fromkeys(values_of(line, config_dir) or (line,), node.line)
    assert isinstance(node, Items)
    if not node.items:
        raise AxisError(f"`{key}` names no value: {TAKES}")
    return {override(key, value_of(item)): item.line for item in node.items}


def _said(key: str, node: Node) -> str:
    return f"{key}={text_of(node) or ''}"


def _refused(words: Words, own: list[str], origins: Mapping[str, str]) -> Iterator[Problem]:
    """What a recipe may not say: an axis is no way around it."""
    for word in words:
        said, _ = command_line([word], own)
        group, _, option = word.partition("=")
        choice = Choice(group=group, option=option, origin="")
        changes = [change for changes in said.changes.values() for change in changes]
        for statement in (*([choice] if group in GROUPS else []), *changes):
            if problem := granted(statement):
                yield replace(problem, origin=origins[word])


def _problem(key: str, said: str, error: GrammarError, origin: str) -> Problem:
    problem = unreadable(f"{SECTION}.{key}", said, error, origin)
    hint = problem.hint.replace(f"{key}=", f"{key}: ", 1) if problem.hint else None
    return replace(problem, hint=hint)
