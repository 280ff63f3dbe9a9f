"""Layers of a model that are alike, of which two can stand for all. Imports torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

Kind = tuple[object, ...]
ENOUGH = 2
"""Layers of a kind that compute."""


@contextmanager
def two_of_each(model: Any) -> Iterator[None]:
    """Passes in which a layer that is like two before it hands its input on as it is.

    Of the memory that a pass takes at a time two tell as much as all do: the second is given what
    the first made, as all after it are. A layer that brings something else than its input's like
    computes as ever.
    """
    import torch

    with ExitStack() as undo:
        for stack in model.modules():
            if isinstance(stack, torch.nn.ModuleList):
                alike: Counter[Kind] = Counter()
                for layer in stack:
                    undo.enter_context(_replaced(layer, _twice(layer, _kind(layer), alike)))
        yield


@contextmanager
def two_of_each_part(model: Any) -> Iterator[None]:
    """Passes in which a part of a layer that is given hidden states and nothing else, and is like
    two before it, hands them on as they are: a layer keeps nothing of what it makes there."""
    import torch

    alike: Counter[Kind] = Counter()
    stacks = (module for module in model.modules() if isinstance(module, torch.nn.ModuleList))
    parts = {id(part): part for stack in stacks for layer in stack for part in layer.children()}
    with ExitStack() as undo:
        for part in parts.values():
            undo.enter_context(_replaced(part, _alone(part, _kind(part), alike)))
        yield


def _alone(part: Any, kind: Kind, alike: Counter[Kind]) -> Callable[..., Any]:
    forward = part.forward

    def passed(*args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs:
            return forward(*args, **kwargs)
        if alike[kind] >= ENOUGH:
            return args[0]
        made = forward(*args)
        same = (
            getattr(args[0], name, None) == getattr(made, name, 0) for name in ("shape", "dtype")
        )
        alike[kind] += all(same)
        return made

    return passed


def _kind(layer: Any) -> Kind:
    shapes = tuple((name, tuple(held.shape)) for name, held in layer.named_parameters())
    # The attention of some layers slides; the words for it are the models' own.
    attention = [str(getattr(layer, word, "")) for word in ("attention_type", "layer_type")]
    return (type(layer), shapes, *attention)


def _twice(layer: Any, kind: Kind, alike: Counter[Kind]) -> Callable[..., Any]:
    forward = layer.forward

    def passed(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else kwargs.get("hidden_states")
        if alike[kind] >= ENOUGH:
            return given
        made = forward(*args, **kwargs)
        alike[kind] += hasattr(made, "shape") and made.shape == getattr(given, "shape", None)
        return made

    return passed


@contextmanager
def _replaced(layer: Any, forward: Callable[..., Any]) -> Iterator[None]:
    layer.forward = forward
    try:
        yield
    finally:
        del layer.forward
