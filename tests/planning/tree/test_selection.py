"""A part of a tree, by a path or a pattern, and to a depth."""

from __future__ import annotations

import pytest
from torch import nn

from yaie.errors import InputError
from yaie.loading.modules import tree_of
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.names import labelled
from yaie.planning.tree.selection import cut, selected


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Linear(2, 2)
        self.experts = nn.ModuleList(nn.Linear(2, 3) for _ in range(2))


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(4))
        self.head = nn.Linear(2, 5)


@pytest.fixture(scope="module")
def tree() -> ModuleTree:
    return tree_of(Model())


def labels(tree: ModuleTree, pattern: str) -> list[str]:
    return [labelled(branch.names) for branch in selected(tree, pattern).branches]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("layers.3", ["layers.3"]),
        ("head", ["head"]),
        ("", [""]),
        ("*", [""]),
        ("*.attention", ["layers.0-3.attention"]),
        ("layers.[13]", ["layers.1,3"]),
        ("layers.*", ["layers.0-3"]),
        ("*.experts.?", ["layers.*.experts.*"]),
        ("layers.2.experts.*", ["layers.2.experts.0-1"]),
        ("*e*.1", ["layers.0,2-3.experts.1", "layers.1"]),
    ],
)
def test_a_pattern_finds_modules_wherever_they_are_folded(
    tree: ModuleTree, pattern: str, found: list[str]
) -> None:
    assert labels(tree, pattern) == found


def test_the_whole_stays_in_sight(tree: ModuleTree) -> None:
    assert selected(tree, "head").parameters == tree.parameters


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("attention", "layers.0.attention layers.1.attention layers.2.attention"),
        ("layers.4", "layers.3"),
        ("layers.0.atention", "layers.0.attention"),
        ("Head", "head"),
        ("nothing like it", "layers head"),
    ],
)
def test_what_names_nothing_is_told_with_what_is_there(
    tree: ModuleTree, pattern: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        selected(tree, pattern)
    (problem,) = caught.value.problems
    assert problem.message == f"`{pattern}` names no module of Model"
    assert problem.hint == ", or ".join(f"`--module {path}`" for path in hint.split())
    assert all(selected(tree, path) for path in hint.split())


def test_a_list_is_no_level(tree: ModuleTree) -> None:
    shown = {path for path, _ in cut(tree, 1).paths()}
    assert shown == {"", "layers", "head", *(f"layers.{place}" for place in range(4))}


def test_what_is_cut_off_is_counted(tree: ModuleTree) -> None:
    (root,) = cut(tree, 0).branches
    assert (root.node.branches, root.sums) == ((), tree.sums)
