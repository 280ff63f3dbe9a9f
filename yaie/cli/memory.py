"""The memory of a plan as a picture: a bar a device, a colour a kind of memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from yaie.cli.colour import Painter, painter
from yaie.facts.memory import DeviceMemory, MemoryFacts
from yaie.spec.wording import sized

WIDTH = 32
"""Characters of a bar."""
SHOWN_MODULES = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of memory, and how a bar shows it."""

    field: str
    name: str
    mark: str
    style: str


KINDS = (
    Kind("weights_bytes", "weights", "█", "blue"),
    Kind("quantization_state_bytes", "quantisation state", "▓", "magenta"),
    Kind("kv_cache_bytes", "cache", "▒", "green"),
    Kind("activation_bytes", "activations", "░", "yellow"),
)


def lines(memory: MemoryFacts, stream: TextIO) -> Iterator[str]:
    """The picture's lines: the sum, the devices, the modules, and what is not known."""
    paint = painter(stream)
    yield f"memory: {_sum(memory)}"
    names = max(map(len, memory.devices))
    scale = max(_whole(device) for device in memory.devices.values()) or 1
    for name, device in memory.devices.items():
        bar = _bar(device, _whole(device) if device.memory_bytes else scale, paint)
        amounts = _amounts(device) if name != "meta" else "none as long as it has no numbers"
        yield f"  {name:{names}}  {bar}  {amounts}"
    yield from _modules(memory)
    if memory.basis:
        yield f"  activations: an estimate, {memory.basis}"
    named = {kind.field: kind.name for kind in KINDS}
    for field, why in memory.unknown.items():
        yield f"  {named[field]}: not known, for {why}"


def _sum(memory: MemoryFacts) -> str:
    told = [
        f"{mark}{sized(size)} of {kind.name}"
        for kind in KINDS
        if (size := memory.total(kind.field))
        for mark in ["about " if kind.field == "activation_bytes" else ""]
    ]
    if memory.use is None:
        return ", ".join(told) + "; `--context 4096` adds cache and activations"
    use = memory.use
    read = f"{memory.read}, " if memory.read else f"{use.context:,} tokens and "
    return f"{', '.join(told)}, for {read}a batch of {use.batch:,}"


def _whole(device: DeviceMemory) -> int:
    """Bytes of a full bar: what the device has, or what is used of one that has less."""
    return max(device.memory_bytes, device.in_use_bytes)


def _bar(device: DeviceMemory, whole: int, paint: Painter) -> str:
    drawn, until, total = "", 0, 0
    for kind in KINDS:
        total += getattr(device, kind.field) or 0
        # Rounded by its end, so that the parts of a bar are as long as their sum.
        end = min(WIDTH, max(round(WIDTH * total / whole), total > 0)) if whole else 0
        drawn += paint(kind.mark * (end - until), kind.style) if end > until else ""
        until = end
    return drawn + paint("·" * (WIDTH - until), "dim")


def _amounts(device: DeviceMemory) -> str:
    of = f" of {sized(device.memory_bytes)}" if device.memory_bytes else ""
    limit = device.limit_bytes
    limited = limit is not None and limit < device.memory_bytes
    allowed = f", weights up to {sized(limit)}" if limited and limit is not None else ""
    loading = f", {sized(device.peak_bytes)} while it loads" if device.weights_bytes else ""
    return f"{sized(device.in_use_bytes)}{of}{allowed}{loading}"


def _modules(memory: MemoryFacts) -> Iterator[str]:
    sizes = {name: sum(dtypes.values()) for name, dtypes in memory.modules.items()}
    largest = sorted(sizes, key=lambda name: -sizes[name])
    width = max((len(name) for name in largest[:SHOWN_MODULES]), default=0)
    for name in largest[:SHOWN_MODULES]:
        yield f"  {name:{width}}  {sized(sizes[name]):>8}  {', '.join(memory.modules[name])}"
    if rest := largest[SHOWN_MODULES:]:
        yield f"  {'the rest':{width}}  {sized(sum(sizes[name] for name in rest)):>8}"
