"""Which devices a spec would put tensors on."""

from __future__ import annotations

from yaie.facts.facts import Facts
from yaie.facts.host import DeviceFacts
from yaie.spec.device import Dispatched, Mapped, Sharded, Single, Unplaced
from yaie.spec.load_spec import LoadSpec


def targets(spec: LoadSpec) -> tuple[int | str, ...]:
    """The devices that a spec names itself."""
    match spec.device:
        case Single(device=device):
            return (device,)
        case Mapped(map=placed):
            return tuple(dict.fromkeys(placed.values()))
        case Dispatched() | Unplaced() | Sharded():
            return ()


def kind(target: int | str, facts: Facts) -> str:
    """Kind of a device: `cuda:1` → `cuda`; a number is an accelerator of the machine's kind."""
    if isinstance(target, int):
        return facts.host.devices[0].kind if facts.host.devices else "cuda"
    return target.partition(":")[0]


def kinds(spec: LoadSpec, facts: Facts) -> frozenset[str]:
    """Kinds of the devices that compute: those named, or those that dispatching would find."""
    match spec.device:
        case Dispatched() | Sharded():
            found = {device.kind for device in facts.host.devices}
            return frozenset(found or {"cpu"})
        case Unplaced():
            return frozenset({"cpu"})
        case _:
            named = {kind(target, facts) for target in targets(spec)} - {"disk"}
            return frozenset(named or {"cpu"})


def computing(spec: LoadSpec, facts: Facts) -> tuple[DeviceFacts, ...]:
    """The machine's accelerators that compute: those named, or all where dispatching finds them."""
    match spec.device:
        case Dispatched() | Sharded():
            return facts.host.devices
        case _:
            named = [_accelerator(target, facts) for target in targets(spec)]
            return tuple(device for device in named if device)


def _accelerator(target: int | str, facts: Facts) -> DeviceFacts | None:
    """The device that a target names; None for the CPU, and for one that is not there."""
    wanted, _, number = str(target).partition(":")
    index = target if isinstance(target, int) else int(number or 0) if number.isdigit() else 0
    same = [d for d in facts.host.devices if isinstance(target, int) or d.kind == wanted]
    return same[index] if 0 <= index < len(same) else None


def ranks(spec: LoadSpec, facts: Facts) -> int:
    """Processes that a spec shards weights over: as asked, as torchrun started, or one an
    accelerator; 0 where none of them tells."""
    if not isinstance(spec.device, Sharded):
        return 0
    return spec.device.ranks or facts.host.ranks or len(facts.host.devices)
