"""Modules fold where they are alike in structure, dtype and device, and nowhere else."""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch import nn

from yaie.loading.modules import tree_of
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.node import Branch


def stack(*modules: nn.Module) -> tuple[Branch, ...]:
    return tree_of(nn.ModuleList(modules)).branches[0].node.branches


def folds(*modules: nn.Module) -> list[tuple[str, str]]:
    return [(branch.label, branch.node.kind) for branch in stack(*modules)]


def linears(number: int, **settings: Any) -> list[nn.Module]:
    return [nn.Linear(2, 3, **settings) for _ in range(number)]


def test_modules_that_are_alike_are_one() -> None:
    (branch,) = stack(*linears(5))
    assert (branch.label, len(branch.names), branch.sums.parameters) == ("0-4", 5, 45)
    assert branch.node.sums.parameters == 9


def test_another_shape_class_or_tensor_is_another() -> None:
    others = nn.Linear(2, 4), nn.Linear(2, 3, bias=False), nn.Bilinear(1, 2, 3)
    assert [label for label, _ in folds(*linears(2), *others)] == ["0-1", "2", "3", "4"]


def test_another_dtype_is_another() -> None:
    found = folds(*linears(2), *linears(3, dtype=torch.bfloat16))
    assert found == [("0-1", "Linear"), ("2-4", "Linear")]


def test_another_device_is_another() -> None:
    found = folds(*linears(40), *linears(40, device="meta"))
    assert found == [("0-39", "Linear"), ("40-79", "Linear")]


def test_kinds_that_take_turns_are_told_once_each() -> None:
    found = folds(*[nn.GELU() if place % 3 == 2 else nn.ReLU() for place in range(9)])
    assert found == [("0-1,3-4,6-7", "ReLU"), ("2,5,8", "GELU")]


def test_modules_that_are_named_stay_apart() -> None:
    block = nn.ModuleDict({"one": nn.Linear(2, 3), "other": nn.Linear(2, 3)})
    names = [branch.names for branch in tree_of(block).branches[0].node.branches]
    assert names == [("one",), ("other",)]


def test_what_is_tied_counts_once_and_says_to_what() -> None:
    model = nn.ModuleDict({"embed": nn.Embedding(5, 2), "head": nn.Linear(2, 5, bias=False)})
    model["head"].weight = model["embed"].weight
    tree = tree_of(model)
    embed, head = tree.branches[0].node.branches
    assert (tree.parameters, embed.sums.parameters, head.sums.parameters) == (10, 10, 0)
    assert head.node.tensors[0].tied_to == "embed.weight"


def test_heads_that_are_tied_each_to_its_own_fold() -> None:
    body, head = nn.ModuleList(linears(3)), nn.ModuleList(linears(3))
    for one, other in zip(body, head, strict=True):
        other.weight, other.bias = one.weight, one.bias
    _, heads = tree_of(nn.ModuleDict({"body": body, "head": head})).branches[0].node.branches
    (branch,) = heads.node.branches
    assert (branch.label, branch.node.tensors[0].tied_to) == ("0-2", "body.*.weight")


def test_a_module_of_two_names_is_told_under_both() -> None:
    shared = nn.Linear(2, 3)
    tree = tree_of(nn.ModuleDict({"one": shared, "other": shared}))
    assert [path for path, _ in tree.paths()] == ["", "one", "other"]
    assert tree.parameters == 9


def calls(number: int) -> int:
    """Function calls that a tree of so many modules takes, all of them different."""
    model = nn.ModuleList(
        nn.ModuleList([nn.Linear(1, n + 1, device="meta")]) for n in range(number)
    )
    counted = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        tree_of(model)
    finally:
        sys.setprofile(None)
    return counted


def test_twice_the_modules_take_twice_the_steps() -> None:
    assert calls(800) < 2.2 * calls(400)


def test_the_same_structure_is_an_equal_tree() -> None:
    one: ModuleTree = tree_of(nn.ModuleList(linears(3)))
    assert one == tree_of(nn.ModuleList(linears(3)))
    assert one != tree_of(nn.ModuleList(linears(4)))
