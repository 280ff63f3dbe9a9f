"""MemoryFacts: what a model takes of each device, found on `meta` before a weight is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WAITING = ("cpu", "disk")
"""Places where weights wait for the accelerator that computes with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a model is used for, as far as its memory goes."""

    context: int
    """Tokens of each text."""
    batch: int = 1
    """Texts, images or sounds at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A module that is kept on one device."""

    name: str
    kind: str
    """Its class."""
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMemory:
    """Bytes on one device; None for what is not known."""

    weights_bytes: int = 0
    """Parameters and buffers."""
    quantization_state_bytes: int | None = 0
    kv_cache_bytes: int | None = None
    activation_bytes: int | None = None
    loading_bytes: int = 0
    """The most that a load takes beside weights and their state: on an accelerator the largest
    weight before it is packed; on the CPU the files that are mapped, which the system can drop."""
    memory_bytes: int = 0
    """What the device has; 0 where that is not known."""
    limit_bytes: int | None = None
    """What weights may take of it, where that is limited."""

    @property
    def loaded_bytes(self) -> int:
        """Weights and their state."""
        return self.weights_bytes + (self.quantization_state_bytes or 0)

    @property
    def in_use_bytes(self) -> int:
        """Of the loaded model as it computes."""
        return self.loaded_bytes + (self.kv_cache_bytes or 0) + (self.activation_bytes or 0)

    @property
    def peak_bytes(self) -> int:
        """The most while it loads."""
        return self.loaded_bytes + self.loading_bytes

    def as_json(self) -> dict[str, int | None]:
        """The device as the contract spells it."""
        return {
            "weights_bytes": self.weights_bytes,
            "quantization_state_bytes": self.quantization_state_bytes,
            "kv_cache_bytes": self.kv_cache_bytes,
            "activation_bytes": self.activation_bytes,
            "loading_peak_bytes": self.peak_bytes,
            "memory_bytes": self.memory_bytes or None,
            "limit_bytes": self.limit_bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFacts:
    """Bytes of a loaded model, and where they lie."""

    modules: Mapping[str, Mapping[str, int]]
    """Module → dtype → bytes, layers together as `model.layers.*`."""
    device_map: Mapping[str, str]
    """Module → device, `""` the whole."""
    devices: Mapping[str, DeviceMemory]
    use: Use | None = None
    """What cache and activations are for; None where no use was named."""
    basis: str = ""
    """What the activations are those of."""
    read: str | None = None
    """What is read where it is no text: `images of 224 × 224`."""
    positions: int | None = None
    """Tokens that the model is made for; None where nothing limits them."""
    block: Block | None = None
    """The largest of the modules that are not split."""
    quantised_bits: float | None = None
    """Bits a quantised weight takes, on average; None where none is quantised."""
    unplaced: tuple[str, ...] = ()
    """Weights that no entry of the device map covers."""
    unpackable: tuple[str, ...] = ()
    """Modules of four-bit weights that a CPU with AVX512-BF16 does not compute with."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Kind of memory → why it is not known."""

    def total(self, kind: str) -> int | None:
        """Bytes of a kind of memory on all devices; None where it is not known of one."""
        held = [getattr(device, kind) for device in self.devices.values()]
        return None if None in held else sum(held)

    @property
    def offloaded(self) -> tuple[str, ...]:
        """Devices whose weights wait there for the one that computes."""
        holding = [name for name, device in self.devices.items() if device.weights_bytes]
        accelerated = any(name not in WAITING for name in holding)
        waiting = WAITING if accelerated else ("disk",)
        return tuple(name for name in holding if name in waiting)

    def as_json(self) -> dict[str, object]:
        """The memory as the contract spells it."""
        return {
            "weights_bytes": self.total("weights_bytes"),
            "quantization_state_bytes": self.total("quantization_state_bytes"),
            "kv_cache_bytes": self.total("kv_cache_bytes"),
            "activation_bytes": self.total("activation_bytes"),
            "activation_basis": self.basis or None,
            "use": None
            if self.use is None
            else {"context": self.use.context, "batch": self.use.batch},
            "devices": {name: device.as_json() for name, device in self.devices.items()},
            "device_map": dict(self.device_map),
            "modules": {name: dict(dtypes) for name, dtypes in self.modules.items()},
            "unknown": dict(self.unknown),
        }
