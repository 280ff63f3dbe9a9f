"""The tree of a model that is there, read from its modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from yaie.facts.dtypes import dtype_name
from yaie.loading import measuring
from yaie.planning.memory.packing import held
from yaie.planning.tree.growth import RANKS, grown, named_tensors, tied
from yaie.planning.tree.held import Tensor
from yaie.planning.tree.module_tree import ModuleTree

Home = Callable[[str, Any], str]
"""A tensor's name and the tensor → its device."""


def tree_of(model: Any) -> ModuleTree:
    """The tree of a loaded model: what the tensors themselves are, wherever they lie."""
    home = _homes(model)
    ties: Mapping[str, str] = getattr(model, "all_tied_weights_keys", None) or {}
    named = {name: (kind, tensor) for name, kind, tensor in named_tensors(model)}
    owners = _owners(named, ties)
    described: dict[str, Tensor] = {}
    for name, (kind, tensor) in named.items():
        owner = owners[name]
        if owner == name:
            described[name] = _described(name, kind, tensor, home)
        else:
            _, source = named[owner]
            dtype, device = dtype_name(held_dtype(source)), home(owner, source)
            described[name] = tied(name, kind, tensor, dtype, device, owner)
    return grown(model, described)


def _owners(named: Mapping[str, tuple[str, Any]], ties: Mapping[str, str]) -> dict[str, str]:
    """Name → the name that its tensor is told under: what transformers ties it to, if it is the
    same tensor, else the first of its names."""
    first: dict[int, str] = {}
    for name, (_, tensor) in named.items():
        if name not in ties or not _same(tensor, named.get(ties[name])):
            first.setdefault(id(tensor), name)
    return {
        name: ties[name]
        if name in ties and _same(tensor, named.get(ties[name]))
        else first[id(tensor)]
        for name, (_, tensor) in named.items()
    }


def _same(tensor: Any, other: tuple[str, Any] | None) -> bool:
    """Whether two are one; those that wait elsewhere are, where they are to be tied."""
    return other is not None and (tensor is other[1] or bool(tensor.is_meta and other[1].is_meta))


def _homes(model: Any) -> Home:
    """Where tensors lie; of those that are fetched as they are needed, where they wait."""
    if getattr(model, "is_distributed_loading_by_transformers", False):
        return lambda name, tensor: RANKS
    waiting = measuring.devices(model) if getattr(model, "hf_device_map", None) else {}

    def home(name: str, tensor: Any) -> str:
        if tensor.device.type != "meta":
            return str(tensor.device)
        parts = name.split(".")
        prefixes = (".".join(parts[:length]) for length in range(len(parts), -1, -1))
        return next((waiting[prefix] for prefix in prefixes if prefix in waiting), "meta")

    return home


def held_dtype(tensor: Any) -> Any:
    """The torch.dtype that a tensor's numbers are stored in."""
    return next(iter(held(tensor))).dtype


def _described(name: str, kind: str, tensor: Any, home: Home) -> Tensor:
    state = getattr(tensor, "quant_state", None)
    shape = tuple(tensor.shape if state is None else state.shape)
    numbers = next(iter(held(tensor)))
    parts = {id(part): part for part in measuring.states(tensor)}
    return Tensor(
        name=name.rpartition(".")[2],
        kind=kind,
        shape=shape,
        dtype=dtype_name(numbers.dtype),
        device=home(name, tensor),
        bytes=_bytes(tensor, numbers, shape),
        state_bytes=sum(part.numel() * part.element_size() for part in parts.values()),
        quantised=measuring.is_packed(tensor) or bool(parts),
    )


def _bytes(tensor: Any, numbers: Any, shape: tuple[int, ...]) -> int:
    """Of the whole tensor, be a share of it here or all."""
    if hasattr(tensor, "full_tensor"):
        return prod(shape) * int(numbers.element_size())
    return int(numbers.numel() * numbers.element_size())
