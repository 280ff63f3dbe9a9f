"""A model in pieces as one: its whole weights, and what one rank does for all. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from yaie.errors import YaieError
from yaie.loading import measuring
from yaie.planning.upstream import mapped

T = TypeVar("T")


def is_sharded(model: Any) -> bool:
    """Whether each of several processes holds a part of it."""
    return bool(getattr(model, "is_distributed_loading_by_transformers", False))


def whole_bytes(model: Any) -> int:
    """Bytes of parameters and buffers; of a model in pieces those of all of them, once."""
    if not is_sharded(model):
        return measuring.memory(model)
    # A shard has the shape of the whole.
    tensors = (*model.parameters(), *model.buffers())
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def gathered(model: Any) -> dict[str, Any]:
    """Name → whole tensor in the first rank's memory, empty in the others'; all ask together.

    One tensor after the other, so that no rank but the first holds more than one. Weights that are
    tied stay one, by which transformers knows what it need not write.
    """
    import torch.distributed

    is_first = torch.distributed.get_rank() == 0
    whole: dict[int, Any] = {}
    names: dict[str, int] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        names[name] = id(tensor)
        if id(tensor) not in whole:
            full = tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
            whole[id(tensor)] = full.detach().cpu() if is_first else None
    return {name: whole[key] for name, key in names.items()} if is_first else {}


def by_the_first(done: Callable[[], T]) -> T:
    """What the first rank makes, given to all; what it raises is raised in all."""
    import torch.distributed

    told: list[Any] = [None]
    if torch.distributed.get_rank() == 0:
        try:
            told = [done()]
        except YaieError as error:
            told = [error]
    with mapped("what the first rank has to tell"):
        torch.distributed.broadcast_object_list(told)
    if isinstance(told[0], YaieError):
        raise told[0]
    made: T = told[0]
    return made


@contextmanager
def as_one(config: Any) -> Iterator[None]:
    """Has transformers write what it is given, in one process, where it would gather in all."""
    pieces = getattr(config, "distributed_config", None)
    if pieces is None:
        yield
        return
    config.distributed_config = None
    try:
        yield
    finally:
        config.distributed_config = pieces
