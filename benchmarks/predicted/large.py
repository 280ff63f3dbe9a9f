"""Models of 500 MB and more: the resident memory of a process, every tensor touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import checkpoint
from benchmarks.processes import python

Sizes = Mapping[str, Any]
MODELS: Mapping[str, tuple[str, str, Sizes]] = {
    "BERT large": (
        "BertForMaskedLM",
        "float32",
        {
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
        },
    ),
    "GPT-2 medium": ("GPT2LMHeadModel", "float32", {"n_embd": 1024, "n_layer": 24, "n_head": 16}),
    "T5 base": (
        "T5ForConditionalGeneration",
        "float32",
        {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12},
    ),
    "ViT large": (
        "ViTForImageClassification",
        "float32",
        {
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
        },
    ),
    "Whisper medium": (
        "WhisperForConditionalGeneration",
        "float32",
        {
            "d_model": 1024,
            "encoder_layers": 24,
            "decoder_layers": 24,
            "encoder_attention_heads": 16,
            "decoder_attention_heads": 16,
            "encoder_ffn_dim": 4096,
            "decoder_ffn_dim": 4096,
        },
    ),
    "Mixtral of 8 × 75M": (
        "MixtralForCausalLM",
        "bfloat16",
        {
            "hidden_size": 1024,
            "intermediate_size": 3072,
            "num_hidden_layers": 8,
            "num_attention_heads": 16,
            "num_key_value_heads": 4,
        },
    ),
    "Mamba 370M": ("MambaForCausalLM", "float32", {"hidden_size": 1024, "num_hidden_layers": 48}),
}
"""Name → class, dtype of the checkpoint and sizes, as published; weights are random."""
LOADS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Llama of 1.1B", ("precision=bf16",)),
    ("Llama of 1.1B", ("precision=fp32",)),
    ("Llama of 1.1B", ("precision=bf16", "quantization=bnb_8bit")),
    ("Llama of 1.1B", ("precision=bf16", "quantization=bnb_4bit")),
    ("Llama of 1.1B", ("precision=bf16", "quantization=quanto")),
    ("Llama of 1.1B", ("precision=bf16", "quantization=torchao")),
    ("BERT large", ("precision=fp32",)),
    ("BERT large", ("precision=bf16",)),
    ("GPT-2 medium", ("precision=fp32",)),
    ("T5 base", ("precision=fp32",)),
    ("ViT large", ("precision=fp32",)),
    ("Whisper medium", ("precision=fp32",)),
    ("Whisper medium", ("precision=bf16",)),
    ("Mixtral of 8 × 75M", ("precision=bf16",)),
    ("Mamba 370M", ("precision=fp32",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """One load of a large model."""

    model: str
    words: tuple[str, ...]
    weights: int
    state: int
    footprint: int
    resident: int

    @property
    def apart(self) -> float:
        """What is foreseen over what is resident, less one."""
        return (self.weights + self.state) / self.resident - 1


def loads() -> Iterator[Resident]:
    """Every load in a process of its own; a checkpoint is there as long as its loads go."""
    kept: tuple[str, Path] | None = None
    for name, words in LOADS:
        if kept is None or kept[0] != name:
            _drop(kept)
            kept = (name, _made(name))
        yield _measured(name, kept[1], words)
    _drop(kept)


def _drop(kept: tuple[str, Path] | None) -> None:
    if kept is not None and kept[0] in MODELS:
        shutil.rmtree(kept[1])


def _made(name: str) -> Path:
    if name not in MODELS:
        return checkpoint.folder()
    import torch
    import transformers

    cls, dtype, sizes = MODELS[name]
    model_class = getattr(transformers, cls)
    config = model_class.config_class(**sizes, dtype=dtype)
    torch.manual_seed(0)
    folder = Path(tempfile.mkdtemp(prefix="yaie-predicted-"))
    model_class._from_config(config, dtype=getattr(torch, dtype)).save_pretrained(folder)
    return folder


def _measured(name: str, folder: Path, words: tuple[str, ...]) -> Resident:
    asked = (f"model={folder}", "processor=none", "device=cpu", *words)
    # One arena: what threads free would stay with theirs.
    environment = os.environ | {"MALLOC_ARENA_MAX": "1", "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        python("benchmarks/scripts/resident.py", *asked),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return Resident(model=name, words=words, **json.loads(done.stdout.splitlines()[-1]))
