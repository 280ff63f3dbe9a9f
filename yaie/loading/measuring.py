"""What a loaded model is, read from its parameters and configs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from yaie.facts.dtypes import dtype_name
from yaie.planning.memory.packing import held, state_tensors
from yaie.planning.upstream import mapped

Model = Any
"""A transformers PreTrainedModel."""


def dtypes(model: Model) -> dict[str, int]:
    """dtype → elements of the parameters stored in it, most first; tied parameters count once."""
    counted: Counter[str] = Counter()
    for parameter in model.parameters():
        for part in held(parameter):
            counted[dtype_name(part.dtype)] += part.numel()
    return dict(counted.most_common())


def trainable(model: Model) -> dict[str, int]:
    """Module → parameters to be trained, by the largest modules all of whose parameters are; layers
    that are all trained together as `*`; `""` is the whole."""
    parts: dict[tuple[str, ...], list[int]] = {}
    for name, parameter in model.named_parameters():
        path = tuple(name.split("."))
        for length in range(len(path) + 1):
            count = parts.setdefault(path[:length], [0, 0])
            count[0] += parameter.numel()
            count[1] += parameter.numel() if parameter.requires_grad else 0
    whole = {path for path, (held, trained) in parts.items() if trained == held > 0}
    outer = {path for path in whole if not path or path[:-1] not in whole}
    alike = Counter(map(_starred, parts))
    folded = Counter(map(_starred, outer))
    found: Counter[str] = Counter()
    for path in parts:
        if path in outer:
            star = _starred(path)
            found[".".join(star if folded[star] == alike[star] else path)] += parts[path][1]
    return dict(found)


def _starred(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("*" if part.isdigit() else part for part in path)


def checkpoints(model: Model) -> bool:
    """Whether any layer computes its activations anew in a backward pass."""
    return any(getattr(module, "gradient_checkpointing", False) for module in model.modules())


def memory(model: Model) -> int:
    """Bytes of parameters and buffers; transformers counts packed tensors as if they were not."""
    tensors = [*model.parameters(), *model.buffers()]
    return sum(part.numel() * part.element_size() for tensor in tensors for part in held(tensor))


def over_ranks(model: Model) -> dict[str, int]:
    """Rank → bytes of parameters and buffers that it holds; every rank of a sharded model asks this
    together. A model that is not sharded is one process's, whoever else there is."""
    import torch.distributed

    size = memory(model)
    if not getattr(model, "is_distributed_loading_by_transformers", False):
        return {"rank 0": size}
    sizes: list[int] = [0] * torch.distributed.get_world_size()
    with mapped("asking each rank what it holds"):
        torch.distributed.all_gather_object(sizes, size)
    return {f"rank {rank}": each for rank, each in enumerate(sizes)}


def memory_by_device(model: Model) -> dict[str, int]:
    """Device → bytes of parameters, buffers and what a quantiser keeps beside them.

    What an accelerator fetches as it computes is on `meta` meanwhile, and is not counted.
    """
    found: Counter[str] = Counter()
    for tensor in (*model.parameters(), *model.buffers()):
        # Those of packed tensors are among the tensors that hold them, be they named twice.
        parts = {id(part): part for part in (*held(tensor), *states(tensor))}
        for part in parts.values():
            if part.device.type != "meta":
                found[str(part.device)] += part.numel() * part.element_size()
    return dict(found)


def quantization_state(model: Model) -> int:
    """Bytes of scales, offsets and tables; those of packed tensors count in `memory` too, those
    that bitsandbytes keeps beside its weights do not."""
    return sum(state.nbytes for weight in model.parameters() for state in states(weight))


def states(weight: Any) -> Iterator[Any]:
    """The tensors that a quantiser keeps beside a weight's numbers."""
    _, *packed = held(weight)
    yield from packed
    if state := getattr(weight, "quant_state", None):
        yield from state_tensors(state)
    if (scales := getattr(weight, "SCB", None)) is not None:
        yield scales


def is_packed(tensor: Any) -> bool:
    """Whether a tensor is of a class that keeps its numbers in other tensors."""
    # A shard is of such a class too, and its numbers are as they were.
    return hasattr(tensor, "__tensor_flatten__") and not hasattr(tensor, "full_tensor")


def devices(model: Model) -> dict[str, str]:
    """Module → device, as coarse as can be said; read from the parameters if none is offloaded.

    `hf_device_map` is None on one device, and the only one to know what waits on disk.
    """
    mapped: Mapping[str, Any] = getattr(model, "hf_device_map", None) or {}
    if len(set(map(str, mapped.values()))) > 1 or "disk" in mapped.values():
        return {name: _device(place) for name, place in mapped.items()}
    found = {_device(parameter.device) for parameter in model.parameters()}
    if len(found) == 1:
        return {"": found.pop()}
    return {name: _device(p.device) for name, p in model.named_parameters()}


def _device(place: object) -> str:
    return f"cuda:{place}" if isinstance(place, int) else str(place)


def attention(model: Model) -> dict[str, str]:
    """The attention kind of the whole, and of each part that has a config of its own."""
    kinds: dict[str, str] = {}
    for name, part in _configured_parts(model):
        kind = getattr(part.config, "_attn_implementation", None)
        if kind is not None:
            kinds[name] = str(kind)
    return kinds


def _configured_parts(model: Model) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for name, part in model.named_modules():
        config = getattr(part, "config", None)
        if config is not None and hasattr(part, "from_pretrained") and id(config) not in seen:
            seen.add(id(config))
            yield name, part


def quantization(model: Model) -> dict[str, Any]:
    """The method by transformers' name and how many modules it took; empty where there is none."""
    quantizer = getattr(model, "hf_quantizer", None)
    config = getattr(model.config, "quantization_config", None)
    if quantizer is None or config is None:
        return {}
    stored = config if isinstance(config, dict) else config.to_dict()
    modules = len(quantised(model))
    bits = {name: True for name in ("load_in_4bit", "load_in_8bit") if stored.get(name)}
    method = stored["quant_method"]
    return {"method": str(getattr(method, "value", method)), "modules": modules, **bits}


def quantised(model: Model) -> tuple[str, ...]:
    """Names of the modules whose weights are packed, or of a class that packs them."""
    return tuple(name for name, module in model.named_modules() if _is_quantised(module))


_QUANTISED_FLOATS = ("bitsandbytes.", "transformers.integrations.bitnet")
"""Modules that hold weights as floats, and round them as they compute."""


def _is_quantised(module: Any) -> bool:
    own = {**module._parameters, **module._buffers}
    weights = [tensor for name, tensor in own.items() if tensor is not None and _WEIGHT in name]
    packed = any(is_packed(weight) or _is_narrow(weight) for weight in weights)
    return packed or type(module).__module__.startswith(_QUANTISED_FLOATS)


_WEIGHT = "weight"
"""In the name of every packed weight (`qweight`, `weight_packed`); other integers are positions."""


def _is_narrow(weight: Any) -> bool:
    return not weight.is_floating_point() or weight.element_size() == 1
