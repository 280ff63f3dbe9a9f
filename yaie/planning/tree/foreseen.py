"""The tree of a model that a load would bring, of its structure on `meta` and its placement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.planning.memory.placement import Placement
from yaie.planning.memory.structure import Structure, TensorPlan
from yaie.planning.tree.growth import grown, named_tensors, tied
from yaie.planning.tree.held import Tensor
from yaie.planning.tree.module_tree import ModuleTree


def foreseen(
    structure: Structure,
    tensors: tuple[TensorPlan, ...],
    states: Mapping[str, int] | None,
    place: Placement | None,
) -> ModuleTree:
    """The tree of a structure; `states` are bytes of quantisation's state by weight, None where
    they are not known, `place` None where no placement can be."""
    described = {each.name: _described(each, states, _device(place, each)) for each in tensors}
    described |= dict(_tied(structure, described))
    return grown(structure.model, described)


def _device(place: Placement | None, tensor: TensorPlan) -> str | None:
    return None if place is None else place.home(tensor) or "cpu"


def _described(plan: TensorPlan, states: Mapping[str, int] | None, device: str | None) -> Tensor:
    state = states.get(plan.name, 0) if states is not None else None
    return Tensor(
        name=plan.name.rpartition(".")[2],
        kind=plan.kind,
        shape=plan.shape,
        dtype=plan.stored or plan.dtype,
        device=device,
        bytes=plan.bytes,
        state_bytes=state if plan.quantised else 0,
        quantised=plan.quantised,
    )


def _tied(structure: Structure, described: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Tensors that are others of those described: tied to them, or in modules of several names."""
    ties: Mapping[str, str] = getattr(structure.model, "all_tied_weights_keys", None) or {}
    first: dict[int, str] = {}
    for name, kind, tensor in named_tensors(structure.model):
        if name in described:
            first.setdefault(id(tensor), name)
            continue
        owner = ties[name] if ties.get(name) in described else first[id(tensor)]
        held = described[owner]
        yield name, tied(name, kind, tensor, held.dtype, held.device, owner)
