"""What each rank holds of a sharded model, by transformers' own plans. Imports torch, transformers.

The model is sharded on `meta` in a process group that sends nothing, as a load would shard it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from math import prod
from typing import Any

from yaie.facts.memory import Use
from yaie.planning.memory.kv_cache import NoCacheError, kv_cache_bytes
from yaie.spec.device import Sharded


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """A model cut into shards."""

    shares: tuple[Mapping[str, float], ...]
    """A rank each: weight → the share of its numbers that the rank holds; what is not named is held
    whole."""
    kv_cache_bytes: int | None = None
    """A rank's; None where it is that of the whole model, or no use was named."""

    def share(self, rank: int, name: str) -> float:
        """How much of a tensor a rank holds."""
        return self.shares[rank].get(name, 1)


def sharded(model: Any, device: Sharded, ranks: int, use: Use | None) -> Shards:
    """The shards of a model on `meta`, which stays as it is."""
    from transformers.distributed import DistributedConfig

    model = deepcopy(model)
    with _silent_ranks(ranks):
        config = DistributedConfig(**{f"{device.kind}_size": ranks})
        model = type(model).maybe_distribute_model(model, config, _mesh(config))
        cache = None
        if use is not None and device.kind == "tp":
            cache = _cache(model, use)
        return Shards(
            shares=tuple(dict(_shares(model, rank)) for rank in range(ranks)),
            kv_cache_bytes=cache,
        )


def _cache(model: Any, use: Use) -> int:
    try:
        return kv_cache_bytes(model, context=use.context, batch=use.batch)
    except NoCacheError:
        return 0


def _shares(model: Any, rank: int) -> Iterator[tuple[str, float]]:
    from torch.distributed.tensor import DTensor
    from torch.distributed.tensor._utils import _compute_local_shape_and_global_offset

    for name, weight in model.named_parameters():
        if isinstance(weight, DTensor) and weight.numel():
            shape, _ = _compute_local_shape_and_global_offset(
                weight.shape, weight.device_mesh.shape, [rank], weight.placements
            )
            yield name, prod(shape) / weight.numel()


@contextmanager
def _silent_ranks(ranks: int) -> Iterator[None]:
    """A process group of torch's own for trying out, of which this process is the first rank.

    Ranks that have loaded before are in a group of their own, which as many are in: a model on
    `meta` sends nothing there either.
    """
    import torch.distributed

    if torch.distributed.is_initialized():
        yield
        return
    from torch.testing._internal.distributed.fake_pg import FakeStore

    torch.distributed.init_process_group("fake", rank=0, world_size=ranks, store=FakeStore())
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()


def _mesh(config: Any) -> Any:
    """As transformers.distributed.utils.initialize_distributed_mesh makes it of accelerators."""
    import torch
    from torch.distributed import get_backend, init_device_mesh
    from transformers.distributed.utils import TransformersDeviceMesh

    kind = "cpu" if get_backend() == "fake" else torch._C._get_accelerator().type
    shape = (1, 1, config.fsdp_size, config.tp_size)
    dense = init_device_mesh(kind, shape, mesh_dim_names=("pp", "dp_replicate", "fsdp", "tp"))
    wide = (1, 1, config.efsdp_size, config.ep_size)
    expert = init_device_mesh(kind, wide, mesh_dim_names=("pp", "dp_replicate", "efsdp", "ep"))
    return TransformersDeviceMesh(dense, expert)
