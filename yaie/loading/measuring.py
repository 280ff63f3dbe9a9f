"""What a loaded model is, read from its parameters and configs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Model = Any
"""A transformers PreTrainedModel."""


def dtypes(model: Model) -> dict[str, int]:
    """dtype → elements of the parameters stored in it, most first; tied parameters count once."""
    counted: Counter[str] = Counter()
    for parameter in model.parameters():
        counted[dtype_name(parameter.dtype)] += parameter.numel()
    return dict(counted.most_common())


def dtype_name(dtype: object) -> str:
    """torch's name without the module: `bfloat16`."""
    return str(dtype).removeprefix("torch.")


def devices(model: Model) -> dict[str, str]:
    """Module → device, as coarse as can be said; read from the parameters if none is offloaded.

    `hf_device_map` is None on one device, and the only one to know what waits on disk.
    """
    mapped: Mapping[str, Any] = getattr(model, "hf_device_map", None) or {}
    if len(set(map(str, mapped.values()))) > 1:
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


def _is_quantised(module: Any) -> bool:
    weight = module._parameters.get("weight")
    packed = weight is not None and not weight.is_floating_point()
    return packed or type(module).__module__.startswith("bitsandbytes.")
