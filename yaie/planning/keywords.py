"""The keywords that each group of a spec adds to a call, under upstream's own names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from yaie.facts.facts import Facts
from yaie.facts.quantization import METHODS
from yaie.planning.calls import Nested, Value
from yaie.planning.torchao import quant_type
from yaie.spec.attention import AttentionSpec
from yaie.spec.device import DeviceSpec, Dispatched, Mapped, Sharded, Single, Unplaced
from yaie.spec.model import ModelSpec
from yaie.spec.precision import PrecisionSpec
from yaie.spec.quantization import QuantizationSpec, Quantized, Unquantized
from yaie.spec.quantization.integers import TorchAo

Keywords = dict[str, Value]

DISTRIBUTED = "transformers.distributed.DistributedConfig"


def repository(model: ModelSpec) -> Keywords:
    """Which files of which repository: shared by config, weights and tokenizer.

    `trust_remote_code` is always said, for None asks on the terminal.
    """
    said = {
        "revision": model.revision,
        "subfolder": model.subfolder or None,
        "cache_dir": model.cache_dir and os.path.expanduser(model.cache_dir),
        "gguf_file": model.gguf_file,
    }
    return _without_none(said) | {"trust_remote_code": model.trust_remote_code}


def weight_files(model: ModelSpec) -> Keywords:
    """Which of the repository's weight files."""
    return _without_none({"variant": model.variant, "use_safetensors": model.use_safetensors})


def dtype(precision: PrecisionSpec) -> Keywords:
    """`auto` too is said: upstream's default was float32 until transformers 5."""
    return {"dtype": precision.dtype}


def placement(device: DeviceSpec, ranks: int) -> Keywords:
    """The device map and the limits it is made under, or the ranks that share the weights."""
    match device:
        case Unplaced():
            return {}
        case Single():
            return {"device_map": device.device}
        case Mapped():
            return {"device_map": dict(device.map)} | _limits(device)
        case Dispatched():
            return {"device_map": device.kind} | _limits(device)
        case Sharded():
            size = {f"{device.kind}_size": ranks}
            return {"distributed_config": Nested(DISTRIBUTED, kwargs=size)}


def _limits(device: Dispatched | Mapped) -> Keywords:
    return _without_none(
        {
            "max_memory": device.max_memory,
            "offload_folder": device.offload_folder,
            "offload_buffers": device.offload_buffers or None,
        }
    )


def quantization(spec: QuantizationSpec) -> Keywords:
    """The quantisation config with every field said, for upstream's defaults are not ours."""
    if isinstance(spec, Unquantized):
        return {}
    method = METHODS[spec.method]
    if method.config is None:
        return {}
    fields = {name: value for name, value in _fields(spec) if name not in ("method", *_TORCHAO)}
    if isinstance(spec, TorchAo):
        fields = {"quant_type": quant_type(spec), **fields}
    return {
        "quantization_config": Nested(
            f"transformers.{method.config}", kwargs={**method.says, **fields}
        )
    }


_TORCHAO = ("quant_type", "quant_type_kwargs")


def _fields(spec: Quantized) -> Iterator[tuple[str, Value]]:
    """The fields; None is left out where upstream means the same by silence."""
    for name, value in spec.model_dump(mode="json").items():
        if value is not None or type(spec).model_fields[name].default is not None:
            yield name, value


def attention(spec: AttentionSpec, facts: Facts) -> Keywords:
    """The attention kind, a kind for each part, and the experts' kernel.

    A part that a mapping does not name keeps its default, so the whole's kind is said for each.
    """
    parts: dict[str, str] = {}
    if spec.kind != "auto":
        known = facts.architecture.sub_configs if facts.architecture else {}
        parts = {"": spec.kind} | dict.fromkeys(known, spec.kind)
    parts |= spec.submodules
    said: Keywords = {}
    if spec.submodules:
        said["attn_implementation"] = parts
    elif parts:
        said["attn_implementation"] = spec.kind
    if spec.experts != "auto":
        said["experts_implementation"] = spec.experts
    return said


def _without_none(keywords: Mapping[str, Value]) -> Keywords:
    return {name: value for name, value in keywords.items() if value is not None}
