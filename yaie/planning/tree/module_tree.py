"""ModuleTree: the modules of a model, with what each holds; modules that are alike stand once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaie.planning.tree.drawing import drawn, plain
from yaie.planning.tree.held import Sums
from yaie.planning.tree.node import Branch, Node, document
from yaie.planning.tree.table import Paint


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
        return "\n".join(self.lines())

    def lines(self, paint: Paint = plain) -> Iterator[str]:
        """The drawing, a line at a time."""
        return drawn(self.branches, self.sums, paint)

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
