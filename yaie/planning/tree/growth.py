"""A model's modules as a tree, folded as it grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from yaie.planning.tree.held import Tensor
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.names import likened
from yaie.planning.tree.node import Branch, Node, node

Module = Any
"""A torch.nn.Module."""
RANKS = "ranks"
"""The device of a model that is cut into shards, of which each rank holds one."""
RANKS = "ranks"
"""The device of a model that is cut into shards, of which each rank holds one."""


def grown(model: Module, tensors: Mapping[str, Tensor]) -> ModuleTree:
    """The tree of a model whose tensors are described by their full names.

    Takes a time proportional to the number of modules.
    """
    root = _Growth(tensors).node(model, "")
    return ModuleTree(branches=(Branch(names=("",), node=root),), sums=root.sums)


class _Growth:
    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = tensors
        self._known: dict[Node, Node] = {}

    def node(self, module: Module, prefix: str) -> Node:
        """The node of a module; those that are equal are one object, and compare at once."""
        named = (f"{prefix}{name}" for name in (*module._parameters, *module._buffers))
        own = [self._tensors[name] for name in named if name in self._tensors]
        below = (
            (name, self.node(child, f"{prefix}{name}."))
            for name, child in module._modules.items()
            if child is not None
        )
        found = node(type(module).__name__, own, folded(below))
        return self._known.setdefault(found, found)


def folded(children: Iterable[tuple[str, Node]]) -> Iterator[Branch]:
    """Children with those together that are numbered and alike, in the order of their firsts."""
    groups: dict[object, tuple[Node, list[str]]] = {}
    for name, child in children:
        key = child if name.isdecimal() else name
        groups.setdefault(key, (child, []))[1].append(name)
    for child, names in groups.values():
        yield Branch(names=tuple(names), node=child)


def named_tensors(model: Module) -> Iterator[tuple[str, str, Any]]:
    """Name, kind and tensor, under each of its names."""
    for name, tensor in model.named_parameters(remove_duplicate=False):
        yield name, "parameter", tensor
    for name, tensor in model.named_buffers(remove_duplicate=False):
        yield name, "buffer", tensor


def tied(name: str, kind: str, tensor: Any, dtype: str, device: str | None, to: str) -> Tensor:
    """A tensor that is another."""
    return Tensor(
        name=name.rpartition(".")[2],
        kind=kind,
        shape=tuple(tensor.shape),
        dtype=dtype,
        device=device,
        bytes=0,
        tied_to=likened(name, to),
    )
