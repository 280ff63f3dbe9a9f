"""Bytes that a quantiser keeps beside the weights: scales, offsets, tables."""

from __future__ import annotations

from yaie.planning.structure import Structure


def state_bytes(structure: Structure) -> int | None:
    """Bytes of the state of all quantised weights; None for a method whose state is not known.

    Of methods whose modules hold their scales as parameters or buffers none are beside the weights.
    """
    if structure.quantizer is None:
        return 0
    if type(structure.quantizer).__name__ in _WITHIN:
        return 0
    total = 0
    for tensor in structure.tensors():
        if tensor.state_bytes is None:
            return None
        total += tensor.state_bytes
    return total


_WITHIN = frozenset(
    {
        "BitNetHfQuantizer",
        "CompressedTensorsHfQuantizer",
        "FineGrainedFP8HfQuantizer",
        "GemmaHfQuantizer",
    }
)
"""transformers' quantisers of such methods."""
