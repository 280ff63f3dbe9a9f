"""What modules hold: their tensors, and the sums of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from yaie.facts.dtypes import BITS

UNPLACED = "unknown"
"""The device of what no device can be named for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One parameter or buffer of a module."""

    name: str
    """In its module: `weight`."""
    kind: str
    """`parameter` or `buffer`."""
    shape: tuple[int, ...]
    """As the model computes with it; a packed weight's is that of its numbers."""
    dtype: str
    """That its numbers are stored in."""
    device: str | None
    """None where no device can be named."""
    bytes: int
    """Of its numbers; 0 of one that is tied."""
    state_bytes: int | None = 0
    """Of what a quantiser keeps beside them; None where that is not known."""
    quantised: bool = False
    tied_to: str | None = None
    """The tensor that it is; `*` for a number that is that of its own name."""

    @property
    def parameters(self) -> int:
        """Numbers of a parameter, which those of one that is tied are not counted for."""
        return 0 if self.kind != "parameter" or self.tied_to else prod(self.shape)

    @property
    def stored(self) -> str:
        """Its dtype, or the bits a number where several share an element: `4 bits`."""
        numbers = prod(self.shape)
        if not self.quantised or self.tied_to or not numbers:
            return self.dtype
        bits = 8 * self.bytes / numbers
        return self.dtype if bits == BITS.get(self.dtype) else f"{bits:.3g} bits"

    @property
    def sums(self) -> Sums:
        """What it holds; nothing where it is another."""
        if self.tied_to:
            return Sums()
        numbers = self.parameters
        return Sums(
            parameters=numbers,
            bytes=self.bytes,
            state_bytes=self.state_bytes,
            dtypes={self.stored: numbers} if numbers else {},
            devices={self.device or UNPLACED: self.bytes} if self.bytes else {},
        )

    def as_json(self) -> dict[str, object]:
        """The tensor as the contract spells it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "stored": self.stored,
            "device": self.device,
            "bytes": self.bytes,
            "quantization_state_bytes": self.state_bytes,
            "tied_to": self.tied_to,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a module and all below it hold."""

    parameters: int = 0
    """Tied ones once, where they are tied to."""
    bytes: int = 0
    """Of parameters and buffers."""
    state_bytes: int | None = 0
    """Of what a quantiser keeps beside them; None where that is not known of one."""
    dtypes: Mapping[str, int] = field(default_factory=dict)
    """dtype, or bits a number → parameters stored so."""
    devices: Mapping[str, int] = field(default_factory=dict)
    """Device → bytes of parameters and buffers."""

    @property
    def memory(self) -> int:
        """Bytes with the quantiser's state, as far as that is known."""
        return self.bytes + (self.state_bytes or 0)

    def times(self, number: int) -> Sums:
        """Those of several modules that are alike."""
        if number == 1:
            return self
        return Sums(
            parameters=number * self.parameters,
            bytes=number * self.bytes,
            state_bytes=None if self.state_bytes is None else number * self.state_bytes,
            dtypes={name: number * held for name, held in self.dtypes.items()},
            devices={name: number * held for name, held in self.devices.items()},
        )

    @classmethod
    def together(cls, parts: Iterable[Sums]) -> Sums:
        """The sums of parts."""
        parts = tuple(parts)
        states = [part.state_bytes for part in parts]
        return cls(
            parameters=sum(part.parameters for part in parts),
            bytes=sum(part.bytes for part in parts),
            state_bytes=None if None in states else sum(state or 0 for state in states),
            dtypes=_added(part.dtypes for part in parts),
            devices=_added(part.devices for part in parts),
        )

    def as_json(self) -> dict[str, object]:
        """The sums as the contract spells them."""
        return {
            "parameters": self.parameters,
            "bytes": self.bytes,
            "quantization_state_bytes": self.state_bytes,
            "dtypes": dict(self.dtypes),
            "devices": dict(self.devices),
        }


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The counts added up, the largest first."""
    found: Counter[str] = Counter()
    for each in counts:
        found.update(each)
    return dict(found.most_common())
