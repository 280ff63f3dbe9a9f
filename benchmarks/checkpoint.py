"""A checkpoint of 1.1 billion random bf16 parameters in five shards, made once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

SHAPE = {
    "hidden_size": 2048,
    "intermediate_size": 5632,
    "num_hidden_layers": 22,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "vocab_size": 32000,
}
"""TinyLlama-1.1B's."""


def folder() -> Path:
    """Where the checkpoint lies, with the tokenizer of yaie's own tiny model beside it."""
    place = Path(tempfile.gettempdir()) / "yaie-benchmark-1.1b"
    if not (place / "tokenizer.json").is_file():
        _make(place)
    return place


def _make(place: Path) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from yaie.sources.locate import folder_of

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    model = LlamaForCausalLM(LlamaConfig(**SHAPE, dtype="bfloat16"))
    torch.set_default_dtype(torch.float32)
    model.save_pretrained(place, max_shard_size="500MB")
    for name in ("tokenizer_config.json", "tokenizer.json"):
        shutil.copy(folder_of("pkg://yaie/tiny") / name, place / name)
