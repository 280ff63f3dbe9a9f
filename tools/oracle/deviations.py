"""What of a built model is not as a cell asks. Imports torch; knows nothing of yaie's rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.oracle.cell import Cell

DTYPES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16", "fp64": "float64"}
_ABSENT = object()


def deviations(cell: Cell, config: Any, model: Any, warned: Iterable[str]) -> Iterator[str]:
    """Each thing that was asked and is not so."""
    yield from unread(config, cell.config)
    yield from unread(config, {n: v for n, v in cell.head.items() if n != "num_labels"})
    yield from _labels(cell, config)
    yield from _kinds(cell, model)
    yield from _dtype(cell, model)
    yield from _quantised(cell, model)
    yield from (f"warns: {text[:120]}" for text in warned if _concerns(cell, text))


def unread(config: Any, overrides: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """Overrides that the config does not hold, or holds although nothing reads them."""
    for name, value in overrides.items():
        got = _held(config, name)
        where = f"{within}{name}"
        if got is _ABSENT:
            yield f"`{where}` does not read back: no such field"
        elif isinstance(value, Mapping) and (isinstance(got, Mapping) or _is_config(got)):
            yield from unread(got, value, f"{where}.")
        elif _beside_layers(config, got):
            yield f"`{where}` is beside what each type of layer has, and none reads it"
        elif _plain(got) != _plain(value):
            yield f"`{where}` does not read back: `{value}` was asked, `{str(got)[:40]}` is held"
        elif _is_config(config) and not _is_declared(config, name):
            yield f"`{where}` is carried by a config that has no such field"


def _held(config: Any, name: str) -> Any:
    if not isinstance(config, Mapping):
        try:
            return getattr(config, name, _ABSENT)
        except RuntimeError:
            # Upstream has no single value for a field that may differ from layer to layer.
            values = [getattr(layer, name, _ABSENT) for layer in config.per_layer_config]
            return values[0] if all(value == values[0] for value in values) else values
    return {str(key): value for key, value in config.items()}.get(str(name), _ABSENT)


def _beside_layers(config: Any, got: Any) -> bool:
    """Whether a key of rotary parameters stands beside those that each type of layer has."""
    if not isinstance(config, Mapping) or isinstance(got, Mapping):
        return False
    return any(isinstance(v, Mapping) and "rope_type" in v for v in config.values())


def _is_config(value: Any) -> bool:
    return hasattr(value, "sub_configs_defaults")


def _is_declared(config: Any, name: str) -> bool:
    """Whether a config's class knows the name: a field, an alias or a property."""
    return name in config.attribute_map or hasattr(type(config), name)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return ("bool", value)
    return str(value).removeprefix("torch.") if type(value).__name__ == "dtype" else value


def _labels(cell: Cell, config: Any) -> Iterator[str]:
    asked = cell.head.get("num_labels")
    if asked is not None and config.num_labels != asked:
        yield f"`num_labels` does not read back: `{asked}` was asked, `{config.num_labels}` is held"


def _kinds(cell: Cell, model: Any) -> Iterator[str]:
    """Parts that run on another attention kind than they were asked to."""
    for part, kind in cell.submodules.items():
        got = getattr(getattr(model.config, part, None), "_attn_implementation", None)
        if got != kind:
            yield f"`{part}` runs on another attention kind: `{kind}` was asked, it has `{got}`"
    if cell.attention == "auto":
        return
    if cell.submodules:
        yield from _other_kinds(cell, model)
        return
    for name, part in model.named_modules():
        own = getattr(part, "config", None)
        got = getattr(own, "_attn_implementation", cell.attention)
        if hasattr(part, "from_pretrained") and got != cell.attention:
            yield f"`{name}` runs on another attention kind: `{cell.attention}` was asked, `{got}`"


def _other_kinds(cell: Cell, model: Any) -> Iterator[str]:
    """Parts that have no kind of their own and do not run on the kind of the whole."""
    for part in model.config.sub_configs:
        got = getattr(getattr(model.config, part, None), "_attn_implementation", None)
        if part not in cell.submodules and got not in (None, cell.attention):
            yield f"`{part}` runs on another attention kind: `{cell.attention}` was asked, `{got}`"


def _dtype(cell: Cell, model: Any) -> Iterator[str]:
    wanted = DTYPES.get(cell.precision)
    if wanted is None or cell.quantization != "none":
        return
    kept = _kept_in_fp32(model)
    odd = sorted(
        name
        for name, p in model.named_parameters()
        if p.is_floating_point()
        and str(p.dtype) != f"torch.{wanted}"
        and not (str(p.dtype) == "torch.float32" and kept and kept.search(name))
    )
    if odd:
        yield f"dtype: `{wanted}` was asked, and {len(odd)} parameters have another: `{odd[0]}`"


def _kept_in_fp32(model: Any) -> re.Pattern[str] | None:
    names: set[str] = set()
    for part in model.modules():
        for attribute in ("_keep_in_fp32_modules", "_keep_in_fp32_modules_strict"):
            names |= set(getattr(part, attribute, None) or ())
    return re.compile("|".join(map(re.escape, sorted(names)))) if names else None


def _quantised(cell: Cell, model: Any) -> Iterator[str]:
    if cell.quantization == "none":
        return
    import torch

    plain = (torch.nn.Parameter, torch.Tensor)
    if getattr(model, "hf_quantizer", None) is None:
        yield "quantisation: the model has none"
    elif all(type(p) in plain and p.is_floating_point() for p in model.parameters()):
        yield "quantisation: no weight is quantised"


def _concerns(cell: Cell, text: str) -> bool:
    """Whether a warning is about what the cell asks, rather than about the architecture."""
    asked = {*cell.config, *cell.head, cell.quantization, *cell.submodules}
    asked |= {cell.attention, DTYPES.get(cell.precision, "")} - {"auto", "none", ""}
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in asked if word != "none")
