"""CheckpointFacts: what a checkpoint at hand holds, read from its small files and headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorFacts:
    """One stored tensor, by its header."""

    dtype: str
    """torch's name, `bfloat16`."""
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFacts:
    """What is at hand of a checkpoint. Never holds weights."""

    folder: Path
    """Where its files lie: a local folder, or a snapshot in the hub cache."""
    commit: str | None
    """Commit of the hub repository; None for a local folder."""
    files: Mapping[str, int]
    """Path relative to the folder → bytes; only files that are at hand."""
    config: Mapping[str, Any] | None
    """config.json as it stands; None where there is none (GGUF)."""
    format: Literal["safetensors", "bin", "gguf"] | None
    """What the weights would be read from; None where no weights are at hand."""
    weight_files: tuple[str, ...]
    """Files that the weights would be read from, the shards in order."""
    has_tokenizer: bool
    has_processor: bool
    """Whether a preprocessor_config.json or processor_config.json is there."""

    @property
    def architectures(self) -> tuple[str, ...]:
        """The classes that the checkpoint says it was saved from."""
        return tuple((self.config or {}).get("architectures") or ())

    @property
    def model_type(self) -> str | None:
        return (self.config or {}).get("model_type")
