"""CheckpointFacts: what a checkpoint at hand holds, read from its small files and headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from yaie.facts.gguf import GgufFacts, gguf_facts
from yaie.facts.tensor import TensorFacts
from yaie.sources import files as names
from yaie.sources.documents import read_object, spoiled
from yaie.sources.names import require_inside
from yaie.sources.source import Source
from yaie.spec.model import ModelSpec


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
    missing_files: tuple[str, ...] = ()
    """Shards that the index lists and that are not at hand: the weights came in part."""
    gguf: GgufFacts | None = None
    """Metadata of the GGUF file that was asked for; None where none was."""
    tensors: Mapping[str, TensorFacts] | None = None
    """Every stored tensor by name; None where only a whole reading can tell, or none are read."""
    adapter_config: Mapping[str, Any] | None = None
    """adapter_config.json beside the checkpoint, or in place of one."""
    stand_in: Path | None = None
    """Folder with config and headers of a checkpoint whose weights are on the hub; None where the
    weights are at hand, or were not asked for."""

    @property
    def architectures(self) -> tuple[str, ...]:
        """The classes that the checkpoint says it was saved from."""
        match self.config:
            case {"architectures": [*classes]}:
                return tuple(name for name in classes if isinstance(name, str))
        return ()

    @property
    def model_type(self) -> str | None:
        """As config.json says, or the GGUF file's metadata."""
        return self.gguf.model_type if self.gguf else self._text("model_type")

    @property
    def dtype(self) -> str | None:
        """The dtype that config.json names, under today's key or the old one."""
        return self._text("dtype") or self._text("torch_dtype")

    @property
    def quantization(self) -> Mapping[str, Any] | None:
        """How the weights are quantised already, or those of the text part; None where they are
        not."""
        match self.config:
            case {"quantization_config": dict(quantization)} if quantization:
                return quantization
            case {"text_config": {"quantization_config": dict(quantization)}} if quantization:
                return quantization
        return None

    def _text(self, field: str) -> str | None:
        value = (self.config or {}).get(field)
        return value if isinstance(value, str) else None


_NOT_WHOLE = "is not whole: its index lists `{}`, which is not there"


def read_checkpoint(source: Source, model: ModelSpec) -> CheckpointFacts:
    """What the files at hand say of a checkpoint; a file is read only when it has changed.

    Raises SourceError for a file that is not what it must be, and for a local folder whose index
    lists shards that are not there.
    """
    require_inside("model.subfolder", model.subfolder)
    require_inside("model.gguf_file", model.gguf_file or "")
    config = _config(source, model)
    weights = names.weights(source.files, model, config or {})
    listed = _weight_files(source, weights)
    missing = tuple(name for name in listed if name not in source.files)
    if missing and source.commit is None:
        raise spoiled(source.folder, _NOT_WHOLE.format(missing[0]))
    gguf = gguf_facts(source.folder / weights.file) if weights and model.gguf_file else None
    return CheckpointFacts(
        folder=source.folder,
        commit=source.commit,
        files=source.files,
        config=config,
        format=weights.format if weights and not missing else None,
        weight_files=() if missing else listed,
        has_tokenizer=names.has_tokenizer(source.files, model.subfolder)
        or (gguf is not None and gguf.has_tokenizer),
        has_processor=names.has_processor(source.files, model.subfolder),
        missing_files=missing,
        gguf=gguf,
        adapter_config=_adapter_config(source, model),
    )


def tokenizer_class(held: CheckpointFacts, subfolder: str) -> str | None:
    """The class that tokenizer_config.json names; None where it names none.

    Raises SourceError for a file that is no JSON object.
    """
    file = names.inside(subfolder, names.TOKENIZER_CONFIG)
    named = _object(held.folder / file).get("tokenizer_class") if file in held.files else None
    return named if isinstance(named, str) else None


def _config(source: Source, model: ModelSpec) -> Mapping[str, Any] | None:
    """config.json; a GGUF file is loaded by its own metadata instead, even beside one."""
    file = names.inside(model.subfolder, names.CONFIG)
    if model.gguf_file is not None or file not in source.files:
        return None
    return _object(source.folder / file)


def _adapter_config(source: Source, model: ModelSpec) -> Mapping[str, Any] | None:
    file = names.inside(model.subfolder, names.ADAPTER_CONFIG)
    return _object(source.folder / file) if file in source.files else None


def _weight_files(source: Source, weights: names.Weights | None) -> tuple[str, ...]:
    if weights is None:
        return ()
    if not weights.is_index:
        return (weights.file,)
    index = source.folder / weights.file
    try:
        return names.shards(_object(index), weights.file)
    except ValueError as error:
        raise spoiled(index, f"cannot be used: {error}") from error


def _object(file: Path) -> Mapping[str, Any]:
    status = file.stat()
    return _object_as_of(file, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _object_as_of(file: Path, _size: int, _changed: int) -> Mapping[str, Any]:
    return read_object(file)
