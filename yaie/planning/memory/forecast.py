"""MemoryFacts of a load, before a byte of its weights. Imports torch and transformers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from yaie.facts.dtypes import BITS, dtype_name
from yaie.facts.facts import Facts
from yaie.facts.host import HostFacts
from yaie.facts.memory import WAITING, Block, DeviceMemory, MemoryFacts, Use
from yaie.planning.memory.activations import activation_bytes, most_alive
from yaie.planning.memory.adapters import adapter_tensors
from yaie.planning.memory.forward import Forward, NoForwardError, foreseeable, forward
from yaie.planning.memory.kv_cache import NoCacheError, kv_cache_layers
from yaie.planning.memory.placement import Placement, placed
from yaie.planning.memory.quantization_state import states
from yaie.planning.memory.repacking import unpackable
from yaie.planning.memory.sharding import Shards, sharded
from yaie.planning.memory.structure import (
    Structure,
    TensorPlan,
    bare_model,
    settled_dtype,
    structure_of,
)
from yaie.rules.placement import ranks
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.precision import PrecisionSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """What a model takes beside its weights when it computes; None for what is not known."""

    cache: tuple[int, ...] | None = None
    """Bytes a layer."""
    activations: int | None = None
    basis: str = ""
    """What the activations are those of."""
    read: str | None = None
    """What is read where it is no text."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Kind of memory → why it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """The memory of a model, wherever it will lie."""

    structure: Structure
    tensors: tuple[TensorPlan, ...]
    states: Mapping[str, int] | None
    """Weight → bytes of its quantiser's state; None where they are not known."""
    stored: str | None
    """dtype that most weights are stored in; None where they are not read from a checkpoint."""
    unpacked: int | None
    """Bytes that a GGUF file takes beside the weights that are read from it; None of others."""
    in_use: InUse
    modules: Mapping[str, Mapping[str, int]]
    block: Block | None
    quantised_bits: float | None


def memory_of(spec: LoadSpec, facts: Facts, use: Use | None = None) -> MemoryFacts:
    """The memory of a load that the rules allow; raises what transformers does on the way."""
    return laid_out(anatomy_of(spec, facts, in_use_of(spec, facts, use)), spec, facts, use)


def anatomy_of(spec: LoadSpec, facts: Facts, in_use: InUse) -> Anatomy:
    """The memory of the spec's model, which is the same on all devices."""
    structure = structure_of(spec, facts)
    tensors = tuple(structure.tensors())
    if keeps_adapter(spec):
        tensors += tuple(adapter_tensors(structure, bare_model(spec, facts), spec, facts))
    return Anatomy(
        structure=structure,
        tensors=tensors,
        states=states(structure, tensors),
        stored=_stored(spec, facts),
        unpacked=_unpacked(tensors, facts) if spec.model.gguf_file else None,
        modules=_modules(tensors),
        block=_block(structure.model, tensors),
        quantised_bits=_quantised_bits(tensors),
        in_use=in_use,
    )


def in_use_of(spec: LoadSpec, facts: Facts, use: Use | None) -> InUse:
    """What the spec's model takes in use: that of the same model without a quantiser, which
    computes in the same dtype."""
    if use is None:
        return InUse()
    model = bare_model(spec.model_copy(update={"quantization": Unquantized()}), facts)
    unknown: dict[str, str] = {}
    cache: tuple[int, ...] | None = None
    activations = None
    basis, read = "", None
    try:
        with foreseeable(model):
            cache = tuple(kv_cache_layers(model, context=use.context, batch=use.batch))
    except NoCacheError:
        cache = ()
    except NoForwardError as error:
        unknown["kv_cache_bytes"] = str(error)
    try:
        passing = forward(model, batch=use.batch)
        activations = _estimated(passing, use.context)
        basis, read = passing.basis(use), passing.told
    except NoForwardError as error:
        unknown["activation_bytes"] = str(error)
    return InUse(cache=cache, activations=activations, basis=basis, read=read, unknown=unknown)


def _estimated(passing: Forward, context: int) -> int:
    if passing.told is None:
        return activation_bytes(passing.run, context)
    return most_alive(lambda: passing.run(0))


def laid_out(anatomy: Anatomy, spec: LoadSpec, facts: Facts, use: Use | None) -> MemoryFacts:
    """The memory of a model on the devices that a load would choose."""
    if isinstance(spec.device, Sharded) and isinstance(spec.weights, Pretrained):
        return _over_ranks(anatomy, spec.device, spec, facts, use)
    place = placed(spec, facts, anatomy.structure)
    homes = {tensor.name: place.home(tensor) for tensor in anatomy.tensors}
    in_use = anatomy.in_use
    return MemoryFacts(
        modules=anatomy.modules,
        device_map=place.device_map,
        devices=_devices(anatomy, place, homes, facts.host),
        use=use,
        basis=in_use.basis,
        read=in_use.read,
        positions=positions_of(anatomy.structure.model.config),
        block=anatomy.block,
        quantised_bits=anatomy.quantised_bits,
        unplaced=tuple(name for name, home in homes.items() if home is None),
        unpackable=tuple(unpackable(anatomy.structure, place.computes, facts.host)),
        unknown=in_use.unknown,
    )


def positions_of(config: Any) -> int | None:
    """Tokens that a text may have, by today's name of the field or a decoder's own."""
    text = config.get_text_config(decoder=True)
    found = (getattr(text, name, None) for name in POSITIONS)
    return next((number for number in found if isinstance(number, int) and number > 0), None)


POSITIONS = ("max_target_positions", "max_position_embeddings")


def _over_ranks(
    anatomy: Anatomy, device: Sharded, spec: LoadSpec, facts: Facts, use: Use | None
) -> MemoryFacts:
    """The memory of each rank; activations are those of the whole model, which are no less."""
    number = ranks(spec, facts)
    # What the whole model's cache is not known of, that of a shard is not either.
    known = use if anatomy.in_use.cache is not None else None
    shards = sharded(anatomy.structure.model, device, number, known)
    names = {f"rank {rank}": _rank(anatomy, shards, rank, number, facts) for rank in range(number)}
    in_use = anatomy.in_use
    return MemoryFacts(
        modules=anatomy.modules,
        device_map={"": device.kind},
        devices=names,
        use=use,
        basis=f"{in_use.basis}, not sharded" if in_use.basis else "",
        read=in_use.read,
        positions=positions_of(anatomy.structure.model.config),
        block=anatomy.block,
        quantised_bits=anatomy.quantised_bits,
        unknown=in_use.unknown,
    )


def _rank(anatomy: Anatomy, shards: Shards, rank: int, number: int, facts: Facts) -> DeviceMemory:
    devices, whole = facts.host.devices, anatomy.in_use.cache
    parts = [(each, shards.share(rank, each.name)) for each in anatomy.tensors]
    passing = (_passing(each, anatomy.structure) * share for each, share in parts)
    cache = shards.kv_cache_bytes
    if cache is None and whole is not None:
        cache = sum(whole)
    states = anatomy.states
    return DeviceMemory(
        weights_bytes=sum(round(each.bytes * share) for each, share in parts),
        quantization_state_bytes=None if states is None else sum(states.values()),
        kv_cache_bytes=cache,
        activation_bytes=anatomy.in_use.activations,
        loading_bytes=round(max(passing, default=0)),
        memory_bytes=devices[rank % len(devices)].memory_bytes
        if devices
        else facts.host.memory_bytes // number,
    )


def _modules(tensors: tuple[TensorPlan, ...]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tensor in tensors:
        found[_group(tensor.name)][_kind(tensor)] += tensor.bytes
    return {name: dict(dtypes) for name, dtypes in found.items()}


def _kind(tensor: TensorPlan) -> str:
    """The dtype of a weight, or the bits that a packed one takes a number."""
    if not tensor.quantised:
        return tensor.dtype
    return f"{8 * tensor.bytes / max(prod(tensor.shape), 1):.3g} bits"


def _quantised_bits(tensors: tuple[TensorPlan, ...]) -> float | None:
    packed = [tensor for tensor in tensors if tensor.quantised]
    numbers = sum(prod(tensor.shape) for tensor in packed)
    return 8 * sum(tensor.bytes for tensor in packed) / numbers if numbers else None


def _group(name: str) -> str:
    """A tensor's module, of all layers together: `model.layers.*`, `lm_head`."""
    parts = name.split(".")
    for place, part in enumerate(parts):
        if part.isdigit():
            return ".".join([*parts[:place], "*"])
    return ".".join(parts[:-1]) or name


def _devices(
    anatomy: Anatomy, place: Placement, homes: Mapping[str, str | None], host: HostFacts
) -> dict[str, DeviceMemory]:
    weights: Counter[str] = Counter()
    held: Counter[str] = Counter()
    loading: dict[str, int] = defaultdict(int)
    for tensor in anatomy.tensors:
        device = homes[tensor.name] or "cpu"
        weights[device] += tensor.bytes
        held[device] += (anatomy.states or {}).get(tensor.name, 0)
        if device == "cpu":
            loading[device] += _beside(tensor, anatomy)
        else:
            loading[device] = max(loading[device], _passing(tensor, anatomy.structure))
    if anatomy.unpacked is not None:
        loading["cpu"] = anatomy.unpacked
    names = dict.fromkeys([*place.limits, *place.device_map.values()])
    computing = {name for name in place.device_map.values() if name not in WAITING} or {"cpu"}
    cache = _cache(anatomy, place)
    return {
        name: DeviceMemory(
            weights_bytes=weights[name],
            quantization_state_bytes=None if anatomy.states is None else held[name],
            kv_cache_bytes=None if cache is None else cache[name],
            activation_bytes=_activations(anatomy.in_use, name, computing),
            loading_bytes=loading[name] if name != "meta" else 0,
            memory_bytes=memory_bytes(name, host),
            limit_bytes=place.limits.get(name),
        )
        for name in names
    }


def _activations(in_use: InUse, name: str, computing: set[str]) -> int | None:
    """Each device that computes passes the same activations on to the next."""
    if in_use.activations is None:
        return None
    return in_use.activations if name in computing else 0


def _cache(anatomy: Anatomy, place: Placement) -> Counter[str] | None:
    """Device → bytes of the cache; a layer's lies where the layer computes."""
    if anatomy.in_use.cache is None:
        return None
    homes: dict[int, str] = {}
    for name, module in anatomy.structure.model.named_modules():
        index = getattr(module, "layer_idx", None)
        if isinstance(index, int) and index not in homes:
            homes[index] = place.computes(name)
    found: Counter[str] = Counter()
    for index, size in enumerate(anatomy.in_use.cache):
        found[homes.get(index, place.computes(""))] += size
    return found


def _passing(tensor: TensorPlan, structure: Structure) -> int:
    """Bytes that a weight takes beside itself as it is cast or quantised: itself, unpacked."""
    return prod(tensor.shape) * int(structure.dtype.itemsize)


def _beside(tensor: TensorPlan, anatomy: Anatomy) -> int:
    """Bytes that a weight takes beside itself on the CPU: the part of a file that is mapped, and of
    a quantised one the numbers that it is made of, which the allocator keeps."""
    mapped = prod(tensor.shape) * (BITS[anatomy.stored] // 8 if anatomy.stored else 0)
    if tensor.quantised:
        return mapped + _passing(tensor, anatomy.structure)
    # What is taken as it is stored lies in the file itself.
    return 0 if anatomy.stored == dtype_name(anatomy.structure.dtype) else mapped


def _unpacked(tensors: tuple[TensorPlan, ...], facts: Facts) -> int:
    """The file, which is mapped, and the largest of its tensors as float32 twice: as it is unpacked
    and as it is copied (transformers.modeling_gguf_pytorch_utils.load_gguf_checkpoint). The others
    are held in the dtype of the weights, which they become."""
    held = facts.checkpoint
    file = sum(held.files[name] for name in held.weight_files) if held else 0
    return file + 2 * max((prod(tensor.shape) * 4 for tensor in tensors), default=0)


def _stored(spec: LoadSpec, facts: Facts) -> str | None:
    if not isinstance(spec.weights, Pretrained):
        return None
    return settled_dtype(spec.model_copy(update={"precision": PrecisionSpec()}), facts)


def memory_bytes(device: str, host: HostFacts) -> int:
    """What a device of a machine has; 0 where that is not known."""
    if device == "cpu":
        return host.memory_bytes
    kind, _, number = device.partition(":")
    same = [each for each in host.devices if each.kind == kind]
    index = int(number or 0)
    return same[index].memory_bytes if index < len(same) else 0


def _block(model: Any, tensors: tuple[TensorPlan, ...]) -> Block | None:
    """The largest of the modules that are not split; without any, the largest of all that hold
    weights themselves."""
    kinds = set(model._no_split_modules or ())
    modules = dict(model.named_modules())
    kept = {name for name, module in modules.items() if type(module).__name__ in kinds}
    sizes: Counter[str] = Counter()
    for tensor in tensors:
        parts = tensor.name.split(".")[:-1]
        outer = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        sizes[next((name for name in outer if name in kept), ".".join(parts))] += tensor.bytes
    if not sizes:
        return None
    name, size = sizes.most_common(1)[0]
    return Block(name=name, kind=type(modules[name]).__name__, bytes=size)
