"""Does a model fit the devices that it would lie on, and is it wanted there?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yaie.errors import Problem
from yaie.facts.memory import DeviceMemory, MemoryFacts
from yaie.rules.problems import refused, said
from yaie.rules.reading import has_numbers
from yaie.spec.adapter import Peft
from yaie.spec.device import Dispatched, Mapped
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.wording import counted, quoted, sized

MOST_PLACED = 8
"""Modules up to which entries of a map are offered."""
ROOMY = 0.9
"""Share of a device that is sure to be there (transformers.integrations.accelerate takes as much of
a lone accelerator, and leaves the rest to buffers)."""


def judge_memory(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """All that is wrong with the room that a model finds, or worth saying about it."""
    if not has_numbers(spec):
        return
    for rule in _REFUSING:
        # What is too small for a block sends it to disk, and what waits there goes without saying.
        if refusals := [*rule(spec, memory)]:
            yield from refusals
            return
    for remark in _REMARKS:
        yield from remark(spec, memory)


def maps_cover_every_weight(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A device map has a place for each weight.

    Upstream: a weight that no entry covers lies on the CPU without a word, and the model fails
    when it computes.
    """
    if memory.unplaced and isinstance(spec.device, Mapped):
        yield refused(
            "device.map",
            f"the map has no place for {counted(len(memory.unplaced), 'weight')}:"
            f" {quoted(memory.unplaced, 4)}",
            _placed_too(spec.device, memory),
        )


def limits_hold_a_block(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """Some device may hold the largest of the blocks that are not split.

    Upstream: what no limit holds goes to disk, all of the model if need be, without a word.
    """
    block = memory.block
    limits = _limits(spec, memory)
    if block is None or not limits:
        return
    name, most = max(limits.items(), key=lambda item: item[1])
    if block.bytes > most:
        path = f"device.max_memory.{_number(name)}"
        yield refused(
            path,
            f"`{block.name}` ({block.kind}) is kept on one device and takes"
            f" {sized(block.bytes)}; the most that a device may take is {sized(most)}, on `{name}`",
            f"`{path}={_mebibytes(_whole(memory) + block.bytes)}`",
        )


def disk_is_asked_for(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """Weights go to disk only where `device.offload_folder` or `device.max_memory.disk` says so.

    Upstream: what the devices do not hold goes to disk without a word, all of the model if need be,
    and each layer is read from there each time it computes.
    """
    held = memory.devices.get("disk")
    if held is None or not isinstance(spec.device, Dispatched):
        return
    if spec.device.offload_folder is not None or "disk" in (spec.device.max_memory or {}):
        return
    room = sum(_room(device) for name, device in memory.devices.items() if name != "disk")
    rest = "nothing of it fits" if len(memory.devices) == 1 else f"the devices take {sized(room)}"
    yield refused(
        _blamed(spec),
        f"{sized(held.weights_bytes)} of weights would go to disk, which was not asked for; {rest}",
        _roomier(spec.device, held) if spec.device.max_memory else _smaller(spec),
    )


def adapters_lie_beside_their_weights(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A model with an adapter has all of its weights in memory.

    Upstream: beside a weight that waits on disk the adapter's own numbers are lost without a word,
    and what the model says is another; a merge is a NotImplementedError once it was loaded.
    """
    held = memory.devices.get("disk")
    if isinstance(spec.adapter, Peft) and held is not None and held.weights_bytes:
        yield refused(
            "adapter.id",
            f"{sized(held.weights_bytes)} of weights would wait on disk, where an adapter loses its"
            " numbers",
            "`adapter=none`, or load both where the memory holds the whole model",
        )


def weights_fit_their_device(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A device has the memory for the weights that it is to hold, and for their state.

    Upstream: torch.OutOfMemoryError, or the kernel of the system ends the process, once the device
    is full, minutes into the load.
    """
    for names, device in _alike(memory, _is_too_small):
        yield refused(
            _blamed(spec),
            f"{_contents(device)} do not fit {_which(names)} {sized(device.memory_bytes)}",
            _smaller(spec),
        )


def use_fits_its_device(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A device has the memory for the weights, the cache and the activations of the use named.

    Upstream: torch.OutOfMemoryError in the forward pass, or in the middle of an answer.
    """
    use = memory.use
    if use is None:
        return
    for names, device in _alike(memory, _is_full):
        yield refused(
            _blamed(spec),
            f"{_contents(device)}, with {sized(device.kv_cache_bytes or 0)} of cache and about"
            f" {sized(device.activation_bytes or 0)} of activations for a context of"
            f" {use.context:,} and a batch of {use.batch}, do not fit {_which(names)}"
            f" {sized(device.memory_bytes)}",
            _lighter(spec, device),
        )


def memory_has_headroom(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """What is to be in use leaves a tenth of a device free, as transformers does of a lone one.

    Upstream: the driver's own part, kernels' workspaces and fragments are in nobody's count, and
    end in torch.OutOfMemoryError.
    """
    for names, device in _alike(memory, _is_crowded):
        yield said(
            "device",
            f"{sized(device.in_use_bytes)} of {sized(device.memory_bytes)} leave less than a"
            f" tenth of {_each(names)} free, and the driver and kernels take of it too",
            _smaller(spec),
        )


def context_is_within_positions(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A context is no longer than the model's positions.

    Upstream: a model with a table of positions raises an IndexError where it ends; one that rotates
    goes on, and writes worse and worse.
    """
    use, positions = memory.use, memory.positions
    if use is not None and positions is not None and use.context > positions:
        yield said(
            "model.config",
            f"a context of {use.context:,} is more than the {positions:,} positions that the model"
            " is made for",
        )


def weights_that_wait_are_said(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """Weights that wait on the CPU or on disk for the device that computes are said aloud.

    Upstream: a line in the log at most, and a model that is tens of times slower.
    """
    for name in memory.offloaded:
        device = memory.devices[name]
        where = "on disk" if name == "disk" else "in the CPU's memory"
        if device.weights_bytes:
            yield said(
                _blamed(spec),
                f"{sized(device.weights_bytes)} of weights wait {where}, and are moved each time"
                " that they are needed",
                None if isinstance(spec.device, Mapped) else _smaller(spec),
            )


def cpu_computes_with_four_bits(spec: LoadSpec, memory: MemoryFacts) -> Iterator[Problem]:
    """A CPU with AVX512-BF16 computes with four-bit weights of 32 rows, 64, 96, … and of whole
    blocks of columns alone, unless they are trained with.

    Upstream: bitsandbytes packs a weight anew at the first pass in eval mode, and raises a
    RuntimeError, `shape '[32, 0]' is invalid for input of size 16`, or an AssertionError, `N must
    be divisible by block_n` (0.50).
    """
    if memory.unpackable and spec.weights.mode == "eval":
        number = len(memory.unpackable)
        verb = "has" if number == 1 else "have"
        yield said(
            "quantization",
            f"{counted(number, 'module')} of four-bit weights, `{memory.unpackable[0]}` the first,"
            f" {verb} rows that are"
            " no multiple of 32 or columns that are none of 64: on a CPU with AVX512-BF16"
            " bitsandbytes fails at the first forward pass",
            "`quantization=bnb_8bit`",
        )


def _placed_too(device: Mapped, memory: MemoryFacts) -> str | None:
    """Entries for the modules that a map leaves out, on the device of its last entry."""
    modules = dict.fromkeys(name.rpartition(".")[0] for name in memory.unplaced)
    target = [*device.map.values()][-1]
    if "" in modules or len(modules) > MOST_PLACED:
        return None
    return f"`{' '.join(f'device.map.{name}={target}' for name in modules)}`"


def _whole(memory: MemoryFacts) -> int:
    return sum(device.loaded_bytes for device in memory.devices.values())


def _roomier(device: Dispatched, on_disk: DeviceMemory) -> str:
    """The CPU's memory for what would go to disk, where it is not limited; else the disk."""
    if "cpu" not in (device.max_memory or {}):
        return f"`device.max_memory.cpu={_mebibytes(2 * on_disk.weights_bytes)}`"
    return "`device.max_memory.disk=1000GiB` allows it"


def _lighter(spec: LoadSpec, device: DeviceMemory) -> str | None:
    """What makes the model smaller, or its activations, where those are the most of it."""
    if (device.activation_bytes or 0) > device.loaded_bytes:
        return "`attention=sdpa`, or `attention=flash_attention_2`"
    return _smaller(spec)


def _limits(spec: LoadSpec, memory: MemoryFacts) -> dict[str, int]:
    """What each device may take, where the spec limits it."""
    if not isinstance(spec.device, Dispatched) or not spec.device.max_memory:
        return {}
    limits = {name: device.limit_bytes for name, device in memory.devices.items()}
    return {name: limit for name, limit in limits.items() if limit is not None and name != "disk"}


def _room(device: DeviceMemory) -> int:
    return device.memory_bytes if device.limit_bytes is None else device.limit_bytes


def _blamed(spec: LoadSpec) -> str:
    """The field that most likely has to change."""
    if isinstance(spec.device, Dispatched | Mapped) and spec.device.max_memory:
        return "device.max_memory"
    return "device.map" if isinstance(spec.device, Mapped) else "device"


def _smaller(spec: LoadSpec) -> str | None:
    """What makes the model smaller, or gives it more room; what of it helps is found by trying."""
    if not isinstance(spec.quantization, Unquantized):
        return None
    return "`precision=bf16`, or `quantization=bnb_8bit`, or `quantization=bnb_4bit`"


def _is_too_small(device: DeviceMemory) -> bool:
    return 0 < device.memory_bytes < device.loaded_bytes


def _is_full(device: DeviceMemory) -> bool:
    return 0 < device.memory_bytes < device.in_use_bytes and not _is_too_small(device)


def _is_crowded(device: DeviceMemory) -> bool:
    return 0 < ROOMY * device.memory_bytes < device.in_use_bytes


def _alike(
    memory: MemoryFacts, picked: Callable[[DeviceMemory], bool]
) -> Iterator[tuple[list[str], DeviceMemory]]:
    """Devices of which the same is to be said, and one of them."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, device in filter(lambda item: picked(item[1]), memory.devices.items()):
        words = (_contents(device), sized(device.in_use_bytes), sized(device.memory_bytes))
        names.setdefault(words, []).append(name)
    return ((alike, memory.devices[alike[0]]) for alike in names.values())


def _which(names: Sequence[str]) -> str:
    return f"{_each(names)}, which {'has' if len(names) == 1 else 'have'}"


def _each(names: Sequence[str]) -> str:
    """`cuda:0`, or each of several."""
    return quoted(names, 3) if len(names) == 1 else f"each of {quoted(names, 3)}"


def _contents(device: DeviceMemory) -> str:
    state = device.quantization_state_bytes
    beside = f" and {sized(state)} of their state" if state else ""
    return f"{sized(device.weights_bytes)} of weights{beside}"


def _number(name: str) -> str:
    """A device as a limit names it: `cuda:0` → `0`."""
    return name.partition(":")[2] or name


def _mebibytes(size: int) -> str:
    return f"{-(-size // 2**20)}MiB"


_REFUSING = (
    maps_cover_every_weight,
    limits_hold_a_block,
    disk_is_asked_for,
    adapters_lie_beside_their_weights,
    weights_fit_their_device,
    use_fits_its_device,
)
_REMARKS = (
    weights_that_wait_are_said,
    cpu_computes_with_four_bits,
    memory_has_headroom,
    context_is_within_positions,
)
