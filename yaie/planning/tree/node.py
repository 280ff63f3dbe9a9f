"""ModuleTree: the modules of a model, with what each holds; modules that are alike stand once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from yaie.planning.tree.held import Sums, Tensor
from yaie.planning.tree.names import ranges

LISTS = ("ModuleList", "ModuleDict")
"""Classes that hold modules and do nothing themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A module, whatever its name is: of two that are equal one can stand for both."""

    kind: str
    """Its class."""
    tensors: tuple[Tensor, ...] = ()
    """Its own."""
    branches: tuple[Branch, ...] = ()
    sums: Sums = field(compare=False, default_factory=Sums)
    likeness: int = field(compare=False, default=0)
    """The same for nodes that are equal wherever their tensors lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Modules of one parent that are alike."""

    names: tuple[str, ...]
    """In their parent: `("self_attn",)`, `("0", "1", "2")`."""
    node: Node

    @property
    def label(self) -> str:
        """The names as one, runs of numbers as ranges: `self_attn`, `0-2`."""
        return ranges(self.names)

    @property
    def is_list(self) -> bool:
        """Whether it is one module that only holds others."""
        holds = self.node.kind in LISTS and bool(self.node.branches)
        return holds and not self.node.tensors and len(self.names) == 1

    @property
    def sums(self) -> Sums:
        """Those of all its modules."""
        return self.node.sums.times(len(self.names))


def node(kind: str, tensors: Iterable[Tensor], branches: Iterable[Branch]) -> Node:
    """A module with its sums."""
    own, below = tuple(tensors), tuple(branches)
    held = [*(tensor.sums for tensor in own), *(branch.sums for branch in below)]
    return Node(
        kind=kind,
        tensors=own,
        branches=below,
        sums=Sums.together(held),
        likeness=hash((kind, *map(_unplaced, own), *map(_likenesses, below))),
    )


def _unplaced(tensor: Tensor) -> Tensor:
    return replace(tensor, device=None)


def _likenesses(branch: Branch) -> tuple[object, ...]:
    return (branch.names, branch.node.likeness)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleTree:
    """A model, its root the model itself.

    Of two trees that are equal the models have the same modules, which hold the same.
    """

    branches: tuple[Branch, ...]
    """The model by the name ``""``; of a selection, the modules that were named by their paths."""
    sums: Sums = field(compare=False)
    """Of the whole model, whatever was selected."""

    @property
    def parameters(self) -> int:
        """As the receipt counts them."""
        return self.sums.parameters

    @property
    def bytes(self) -> int:
        """Of parameters and buffers."""
        return self.sums.bytes

    def __str__(self) -> str:
        """Drawn for people, as `yaie inspect` does."""
        from yaie.planning.tree.drawing import lines

        return "\n".join(lines(self))

    def as_json(self) -> dict[str, Any]:
        """The tree as the contract spells it."""
        return {
            "tree": [document(branch, 1) for branch in self.branches],
            **self.sums.as_json(),
        }

    def paths(self) -> Iterator[tuple[str, Node]]:
        """Every module by its path, be it folded or not; the model's own path is ``""``."""
        for branch in self.branches:
            for name in branch.names:
                yield from _paths(name, branch.node)


def _paths(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    yield path, node
    for branch in node.branches:
        for name in branch.names:
            yield from _paths(f"{path}.{name}" if path else name, branch.node)


def document(branch: Branch, times: int) -> dict[str, object]:
    """A branch of modules that stand `times` in the model, as the contract spells it."""
    node, count = branch.node, times * len(branch.names)
    return {
        "name": branch.label,
        "class": node.kind,
        "count": count,
        **node.sums.times(count).as_json(),
        "tensors": [tensor.as_json() for tensor in node.tensors],
        "children": [document(below, count) for below in node.branches],
    }
