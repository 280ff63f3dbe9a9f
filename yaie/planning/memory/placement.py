"""Where the modules of a structure will lie, by transformers' own placing. Imports transformers.

What this machine has free is asked of it; a machine that is named has its devices' whole memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yaie.errors import Fault, Problem, UnsupportedError
from yaie.facts.facts import Facts
from yaie.facts.host import HostFacts
from yaie.facts.memory import WAITING
from yaie.planning.memory.structure import Structure, TensorPlan
from yaie.spec.device import Dispatched, Mapped, Sharded, Single, Unplaced
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta, Pretrained
from yaie.spec.wording import sized

ALONE = 0.9
"""What transformers takes of the memory of the only accelerator where no limit is said
(transformers.integrations.accelerate.get_balanced_memory)."""
UNKNOWN = 1 << 50
"""Bytes of a memory of which nothing is known."""

Sizes = dict[int | str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where modules lie, and what their devices may take."""

    device_map: Mapping[str, str]
    """Module → device, `""` the whole; accelerators as `cuda:0`."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Device → the most bytes of weights, where devices are chosen by their room."""

    def device(self, name: str) -> str | None:
        """The device of a tensor: the longest name of the map that covers it decides; None where
        none does."""
        parts = name.split(".")
        for length in range(len(parts), -1, -1):
            if found := self.device_map.get(".".join(parts[:length])):
                return found
        return None

    def home(self, tensor: TensorPlan) -> str | None:
        """The device that a tensor lies on all the time: a buffer stays where it is computed with
        (accelerate.dispatch_model without `offload_buffers`)."""
        place = self.device(tensor.name)
        return self.computes(tensor.name) if place and tensor.kind == "buffer" else place

    def computes(self, name: str) -> str:
        """The device that computes with a tensor: what waits elsewhere is moved to the first
        accelerator."""
        place = self.device(name) or "cpu"
        if place not in WAITING:
            return place
        others = (device for device in self.device_map.values() if device not in WAITING)
        return next(others, "cpu")


def placed(spec: LoadSpec, facts: Facts, structure: Structure) -> Placement:
    """The placement that a load would choose; raises what transformers does of one that its
    quantiser refuses."""
    host = facts.host
    kind = host.devices[0].kind if host.devices else "cpu"
    first = f"{kind}:0" if host.devices else "cpu"
    match spec.device:
        case _ if isinstance(spec.weights, Meta):
            return Placement(device_map={"": "meta"})
        case Unplaced() | Sharded():
            return Placement(device_map={"": "cpu"})
        case Single(device=device):
            return Placement(device_map={"": _numbered(device)})
        case Mapped(map=targets):
            return Placement(device_map={name: _named(to, kind) for name, to in targets.items()})
        case Dispatched() if not isinstance(spec.weights, Pretrained):
            return Placement(device_map={"": first})
        case Dispatched() as device:
            return _dispatched(device, host, structure, kind)


def _dispatched(device: Dispatched, host: HostFacts, structure: Structure, kind: str) -> Placement:
    from transformers.integrations.accelerate import _get_device_map, get_max_memory

    limits = _limits(device, host)
    try:
        found = _get_device_map(structure.model, device.kind, limits, structure.quantizer)
    except ValueError as error:
        raise UnsupportedError(_unplaceable(error, structure, device)) from error
    told = get_max_memory(dict(limits) if limits is not None else None)
    return Placement(
        device_map={name: _named(place, kind) for name, place in found.items()},
        limits={_named(place, kind): int(size) for place, size in told.items() if size < UNKNOWN},
    )


def _unplaceable(error: ValueError, structure: Structure, device: Dispatched) -> Problem:
    """What a quantiser says that does not compute everywhere: some of the model found no room."""
    method = (
        structure.quantizer.quantization_config.quant_method if structure.quantizer else "model"
    )
    size = sum(tensor.bytes for tensor in structure.tensors())
    return Problem(
        path="device",
        message=f"{sized(size)} of weights do not fit the accelerators, and"
        f" `{getattr(method, 'value', method)}` allows none elsewhere; transformers would say:"
        f" {' '.join(str(error).split())[:160]} …",
        hint="`device.max_memory=null`" if device.max_memory else None,
        fault=Fault.UNSUPPORTED,
    )


def _limits(device: Dispatched, host: HostFacts) -> Sizes | None:
    """What each device may take; None where this machine is to be asked what it has free."""
    if device.max_memory is not None:
        return dict(device.max_memory)
    if host.packages_known:
        return None
    alone = ALONE if len(host.devices) == 1 and device.kind != "sequential" else 1
    found: Sizes = {
        number: int(each.memory_bytes * alone) for number, each in enumerate(host.devices)
    }
    return found | {"cpu": host.memory_bytes or UNKNOWN}


def _numbered(device: str) -> str:
    return device if ":" in device or device == "cpu" else f"{device}:0"


def _named(place: int | str, kind: str) -> str:
    return f"{kind}:{place}" if isinstance(place, int) else str(place)
