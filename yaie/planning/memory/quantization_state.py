"""Bytes that a quantiser keeps beside the weights: scales, offsets, tables."""

from __future__ import annotations

from collections.abc import Sequence

from yaie.planning.memory.structure import Structure, TensorPlan


def state_bytes(structure: Structure) -> int | None:
    """Bytes of the state of all quantised weights; None for a method whose state is not known."""
    found = states(structure, tuple(structure.tensors()))
    return None if found is None else sum(found.values())


def states(structure: Structure, tensors: Sequence[TensorPlan]) -> dict[str, int] | None:
    """Weight → bytes of its state; None for a method whose state is not known.

    Of methods whose modules hold their scales as parameters or buffers none are beside the weights.
    """
    if structure.quantizer is None or type(structure.quantizer).__name__ in _WITHIN:
        return {}
    found: dict[str, int] = {}
    for tensor in tensors:
        if tensor.state_bytes is None:
            return None
        found[tensor.name] = tensor.state_bytes
    return found


_WITHIN = frozenset(
    {
        "BitNetHfQuantizer",
        "CompressedTensorsHfQuantizer",
        "FineGrainedFP8HfQuantizer",
        "GemmaHfQuantizer",
    }
)
"""transformers' quantisers of such methods."""
