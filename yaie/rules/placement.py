"""Which devices a spec would put tensors on."""

from __future__ import annotations

from yaie.facts.facts import Facts
from yaie.spec.device import Dispatched, Mapped, Single, Unplaced
from yaie.spec.load_spec import LoadSpec


def targets(spec: LoadSpec) -> tuple[int | str, ...]:
    """The devices that a spec names itself."""
    match spec.device:
        case Single(device=device):
            return (device,)
        case Mapped(map=placed):
            return tuple(dict.fromkeys(placed.values()))
        case Dispatched() | Unplaced():
            return ()


def kind(target: int | str, facts: Facts) -> str:
    """Kind of a device: `cuda:1` → `cuda`; a number is an accelerator of the machine's kind."""
    if isinstance(target, int):
        return facts.host.devices[0].kind if facts.host.devices else "cuda"
    return target.partition(":")[0]


def kinds(spec: LoadSpec, facts: Facts) -> frozenset[str]:
    """Kinds of the devices that compute: those named, or those that dispatching would find."""
    match spec.device:
        case Dispatched():
            found = {device.kind for device in facts.host.devices}
            return frozenset(found or {"cpu"})
        case Unplaced():
            return frozenset({"cpu"})
        case _:
            named = {kind(target, facts) for target in targets(spec)} - {"disk"}
            return frozenset(named or {"cpu"})
