"""Which of two loads is the better one: the one that stays on the accelerators, loses less of the
weights, and is faster, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.facts.memory import WAITING, MemoryFacts
from yaie.spec.load_spec import LoadSpec

LOSSES = (
    "no loss",
    "rounded to 16 bits",
    "weights of 8 bits",
    "weights of 4 bits",
    "weights of fewer than 4 bits",
)
"""What a load may take from its weights, the least first."""


UNKNOWN = 3
"""`Rank.away` of a load that fits if the CPU has the memory for it."""


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Compared field by field; the lower is the better."""

    away: int
    """0 where an accelerator holds all weights, or there is none; 1 where some wait or compute on
    the CPU, 2 where some wait on disk, 3 where the CPU's memory is not known."""
    loss: int
    """Index in LOSSES."""
    devices: int
    """That a token passes through."""
    bytes: int
    """Of weights that a token reads: a decoder's speed is that of its memory."""
    doubts: int
    """Warnings, of a package that may lack."""
    plain: bool
    """Whether attention is left to transformers."""


def rank(
    spec: LoadSpec, memory: MemoryFacts, stored: str, dtype: str, *, accelerated: bool, doubts: int
) -> Rank:
    """The rank of a load that fits; `stored` and `dtype` are those of its weights as they are and
    as they will be."""
    holding = [name for name, device in memory.devices.items() if device.weights_bytes]
    return Rank(
        away=_away(memory, holding, accelerated=accelerated),
        loss=loss(spec, memory, stored, dtype),
        devices=len(holding),
        bytes=sum(device.loaded_bytes for device in memory.devices.values()),
        doubts=doubts,
        plain=spec.attention.kind == "auto",
    )


def _away(memory: MemoryFacts, holding: list[str], *, accelerated: bool) -> int:
    if "cpu" in holding and not memory.devices["cpu"].memory_bytes:
        return UNKNOWN
    if "disk" in holding:
        return 2
    return int(accelerated and any(name in WAITING for name in holding))


def loss(spec: LoadSpec, memory: MemoryFacts, stored: str, dtype: str) -> int:
    """What the load takes from the weights, an index in LOSSES."""
    if memory.quantised_bits is None:
        return 0 if _holds(dtype, stored) else 1
    bits = memory.quantised_bits
    return 2 if bits > 6 else 3 if bits > 3.5 else 4


_EXACT = {"float64": (11, 52), "float32": (8, 23), "bfloat16": (8, 7), "float16": (5, 10)}
"""dtype → bits of the exponent and of the fraction (IEEE 754; bfloat16 is float32 cut short)."""


def _holds(dtype: str, stored: str) -> bool:
    """Whether a dtype holds every number of another."""
    if dtype not in _EXACT or stored not in _EXACT:
        return dtype == stored
    return all(has >= needs for has, needs in zip(_EXACT[dtype], _EXACT[stored], strict=True))
