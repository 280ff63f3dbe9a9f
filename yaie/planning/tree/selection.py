"""A part of a tree: the modules that a path or a pattern names, however they are folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import translate
from itertools import islice

from yaie.errors import InputError, Problem
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.node import Branch, Node
from yaie.spec.wording import nearest

SHOWN = 3
"""Paths that a hint offers."""
Found = tuple[str, Node]
"""A path and its module."""


def selected(tree: ModuleTree, pattern: str) -> ModuleTree:
    """The tree of the modules whose paths match: `model.layers.3`, `*.self_attn`.

    A module below one that matches is told there. Raises InputError where none matches.
    """
    matches = re.compile(translate(pattern)).match
    found = [*_outermost((path, node) for path, node in tree.paths() if matches(path))]
    if not found:
        raise InputError(_unmatched(tree, pattern))
    return replace(tree, branches=tuple(_together(found)))


def cut(tree: ModuleTree, depth: int) -> ModuleTree:
    """The tree down to so many levels of modules below its first; lists of modules are none."""
    return replace(tree, branches=tuple(_cut(branch, depth) for branch in tree.branches))


def _cut(branch: Branch, depth: int) -> Branch:
    node = branch.node
    if not node.branches:
        return branch
    if depth == 0 and not branch.is_list:
        return replace(branch, node=replace(node, tensors=(), branches=()))
    left = depth if branch.is_list else depth - 1
    return replace(branch, node=replace(node, branches=tuple(_cut(b, left) for b in node.branches)))


def _outermost(found: Iterable[Found]) -> Iterator[Found]:
    """Without those below others; what is below a module comes right after it."""
    outer: str | None = None
    for path, node in found:
        if outer is None or not (outer == "" or path.startswith(f"{outer}.")):
            outer = path
            yield path, node


def _together(found: Iterable[Found]) -> Iterator[Branch]:
    """Modules that are alike, and whose paths differ in one number, as one branch."""
    groups: dict[tuple[str, Node], list[str]] = {}
    for path, node in found:
        groups.setdefault((re.sub(r"(?<![^.])\d+(?![^.])", "*", path), node), []).append(path)
    for (_, node), paths in groups.items():
        yield Branch(names=tuple(paths), node=node)


def _unmatched(tree: ModuleTree, pattern: str) -> Problem:
    model = tree.branches[0].node
    near = _near(tree, pattern) or [name for branch in model.branches for name in branch.names]
    return Problem(
        path="",
        message=f"`{pattern}` names no module of {model.kind}",
        hint=", or ".join(f"`--module {path}`" for path in near[:SHOWN]) or None,
    )


def _near(tree: ModuleTree, pattern: str) -> list[str]:
    """Paths that are there: those that end so, else the nearest beside where the pattern leads."""
    ending = f".{pattern}"
    below = (path for path, _ in tree.paths() if path.endswith(ending))
    if ended := [*islice(below, SHOWN)]:
        return ended
    parts = pattern.split(".")
    known, node = _followed(tree.branches[0].node, parts)
    names = [name for branch in node.branches for name in branch.names]
    if len(known) == len(parts) or not names:
        return []
    wanted = parts[len(known)]
    numbered = wanted.isdecimal() and names[-1].isdecimal()
    near = names[-1] if numbered else nearest(wanted, names)
    return [".".join([*known, near])] if near else []


def _followed(node: Node, parts: list[str]) -> tuple[list[str], Node]:
    """As many of the parts as name modules, and the last of those."""
    known: list[str] = []
    for part in parts:
        below = next((branch for branch in node.branches if part in branch.names), None)
        if below is None:
            break
        known.append(part)
        node = below.node
    return known, node
