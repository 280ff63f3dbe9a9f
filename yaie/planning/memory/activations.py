"""An estimate of the activations of a forward pass: the most bytes of tensors alive at once.

Imports torch. The pass runs on `meta`, where every tensor that is made is counted until it is
dropped. It is an estimate: it knows an allocator without fragments, one attention kernel without a
matrix of all positions by all where the model has such a kernel, and nothing of what kernels take
for themselves.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from yaie.planning.memory.meta_modes import fused_kernels

PROBES = (8, 16)
"""Tokens of two passes that make as many operations, unless the model goes token by token."""
SHORT, LONG = 128, 256
"""Tokens of the passes of a model that does, whose whole pass would take as long as its text."""


def activation_bytes(run: Callable[[int], Any], length: int) -> int:
    """The most bytes alive at once in a pass of `length` tokens; `run` makes a pass on `meta`."""
    few, more = (_counted(partial(run, tokens)).operations for tokens in PROBES)
    if few == more or length <= LONG:
        return most_alive(partial(run, length))
    short, long = most_alive(partial(run, SHORT)), most_alive(partial(run, LONG))
    # bytes = linear · n + square · n², through both points.
    square = (long / LONG - short / SHORT) / (LONG - SHORT)
    linear = short / SHORT - square * SHORT
    return round(linear * length + max(0.0, square) * length**2)


def most_alive(run: Callable[[], Any]) -> int:
    """The most bytes alive at once of what `run` makes, its result included."""
    return int(_counted(run).most)


def operations(run: Callable[[], Any]) -> int:
    """How many operations `run` makes on `meta`."""
    return int(_counted(run).operations)


def _counted(run: Callable[[], Any]) -> Any:
    import torch

    counting = _counting()
    with torch.no_grad(), fused_kernels(), counting:
        run()
    return counting


def _counting() -> Any:
    """A mode that counts the bytes of the storages that are made in it, while they live."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    class Counting(TorchDispatchMode):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.alive, self.most, self.operations = 0, 0, 0
            self.known: set[int] = set()

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            # What an operation is given was there before: a weight, of which it may make a view.
            for storage in storages((args, kwargs)):
                self._note(storage, 0)
            made = func(*args, **(kwargs or {}))
            self.operations += 1
            for storage in storages(made):
                self._note(storage, storage.nbytes())
            return made

        def _note(self, storage: Any, size: int) -> None:
            key = storage._cdata
            if key in self.known:
                return
            self.known.add(key)
            self.alive += size
            self.most = max(self.most, self.alive)
            weakref.finalize(storage, self._forget, key, size)

        def _forget(self, key: int, size: int) -> None:
            self.known.discard(key)
            self.alive -= size

    def storages(values: Any) -> list[Any]:
        leaves = tree_leaves(values)
        return [leaf.untyped_storage() for leaf in leaves if isinstance(leaf, torch.Tensor)]

    return Counting()
