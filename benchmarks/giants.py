"""Checkpoints of hundreds of billions of weights whose files are headers and holes.

A plan reads configs and headers alone, so a sparse file is as good as the weights.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SHARD = 5_000_000_000
"""Bytes of a file, as the hub's checkpoints have them."""
LLAMA_405B = {
    "hidden_size": 16384,
    "intermediate_size": 53248,
    "num_hidden_layers": 126,
    "num_attention_heads": 128,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
}
"""config.json of Llama-3.1-405B."""


def folder(model_type: str, shape: Mapping[str, Any]) -> Path:
    """A bfloat16 checkpoint of an architecture, made once."""
    place = Path(tempfile.gettempdir()) / f"yaie-benchmark-giant-{model_type}"
    if not (place / "config.json").is_file():
        _make(place, model_type, shape)
    return place


def _make(place: Path, model_type: str, shape: Mapping[str, Any]) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.core_model_loading import revert_weight_conversion

    config = AutoConfig.for_model(model_type, **shape)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    stored = revert_weight_conversion(model, model.state_dict())
    place.mkdir(exist_ok=True)
    named: dict[str, str] = {}
    for number, shard in enumerate(_shards(stored), 1):
        name = f"model-{number:05}.safetensors"
        _write(place / name, shard)
        named |= dict.fromkeys(shard, name)
    index = {"metadata": {}, "weight_map": named}
    (place / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    config.architectures = [type(model).__name__]
    config.save_pretrained(place)


def _shards(stored: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shard: dict[str, Any] = {}
    size = 0
    for name, tensor in stored.items():
        if shard and size + tensor.nbytes > SHARD:
            yield shard
            shard, size = {}, 0
        shard[name] = tensor
        size += tensor.nbytes
    yield shard


def _write(path: Path, shard: Mapping[str, Any]) -> None:
    """A safetensors file with a header, and a hole where the numbers would be."""
    names = {"torch.bfloat16": "BF16", "torch.float32": "F32"}
    header: dict[str, Any] = {}
    end = 0
    for name, tensor in shard.items():
        start, end = end, end + tensor.nbytes
        header[name] = {
            "dtype": names[str(tensor.dtype)],
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)
