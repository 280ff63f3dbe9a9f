"""Checkpoints that are quantised already, packed by hand as each method's own tools pack them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Tensors = dict[str, Any]
Packed = Iterator[tuple[str, Any]]
"""Endings of names after the module's, and the tensors under them."""


def write(folder: Path, base: str, config: dict[str, Any]) -> str:
    """The checkpoint of a base's weights, packed by the method that the config names."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(base, folder, dirs_exist_ok=True)
    document = json.loads((folder / "config.json").read_text())
    written = json.dumps(document | {"quantization_config": config})
    (folder / "config.json").write_text(written)
    pack = PACKERS.get(str(config.get("quant_method")))
    if pack:
        tensors = load_file(folder / "model.safetensors")
        packed = dict(_packed(tensors, pack))
        save_file(packed, folder / "model.safetensors", metadata={"format": "pt"})
    return str(folder)


def _packed(tensors: Tensors, pack: Callable[[Any], Packed]) -> Iterator[tuple[str, Any]]:
    for name, tensor in tensors.items():
        module, _, field = name.rpartition(".")
        if module.endswith("_proj") and field == "weight":
            yield from ((f"{module}.{ending}", held) for ending, held in pack(tensor))
        else:
            yield name, tensor


def _fp8(weight: Any) -> Packed:
    """One scale for all, said for each block of 16 by 16."""
    import torch

    scale = weight.abs().max() / 448
    yield "weight", (weight / scale).to(torch.float8_e4m3fn)
    blocks = [-(-size // 16) for size in weight.shape]
    yield "weight_scale_inv", scale.expand(*blocks).contiguous()


def _gemma(weight: Any) -> Packed:
    import torch

    scale = weight.abs().amax(1, keepdim=True) / 127
    yield "weight", (weight / scale).round().to(torch.int8)
    yield "weight_scale", scale
    yield from ((f"{side}_activation_scale", torch.tensor(0.0)) for side in ("input", "output"))


def _bitnet(weight: Any) -> Packed:
    from transformers.integrations.bitnet import pack_weights

    scale = 1 / weight.abs().mean()
    yield "weight", pack_weights((weight * scale).round().clamp(-1, 1))
    yield "weight_scale", scale.reshape(1)


def _compressed(weight: Any) -> Packed:
    import torch

    scale = weight.abs().amax(1, keepdim=True) / 448
    yield "weight", (weight / scale).to(torch.float8_e4m3fn)
    yield "weight_scale", scale


PACKERS: dict[str, Callable[[Any], Packed]] = {
    "fp8": _fp8,
    "mxfp8": _fp8,
    "gemma": _gemma,
    "bitnet": _bitnet,
    "compressed-tensors": _compressed,
}
FP8 = {"quant_method": "fp8", "weight_block_size": [16, 16], "modules_to_not_convert": ["lm_head"]}
EIGHT_BITS = {"num_bits": 8, "type": "float", "symmetric": True, "strategy": "channel"}
CONFIGS: dict[str, dict[str, Any]] = {
    "fp8": FP8,
    "mxfp8": FP8 | {"quant_method": "mxfp8"},
    "gemma": {"quant_method": "gemma", "num_bits": 8},
    "bitnet": {"quant_method": "bitnet"},
    "compressed_tensors": {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "quantization_status": "compressed",
        "ignore": ["lm_head"],
        "config_groups": {"group_0": {"targets": ["Linear"], "weights": EIGHT_BITS}},
    },
}
"""The methods whose checkpoints are packed here, and their `quantization_config`."""
