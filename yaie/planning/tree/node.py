"""Node and Branch: a module of a model with what it holds; modules that are alike stand once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
