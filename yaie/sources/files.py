"""Which files of a checkpoint a load reads, told by their names alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yaie.sources.names import is_inside
from yaie.spec.model import ModelSpec

Format = Literal["safetensors", "bin", "gguf"]

ADAPTER_CONFIG = "adapter_config.json"
CONFIG = "config.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
_STEMS: tuple[tuple[Format, str], ...] = (("safetensors", "model"), ("bin", "pytorch_model"))
_SMALL = (".json", ".txt", ".jinja", ".model", ".tiktoken", ".spm", ".codes", ".tokenizer")
_INDEX = ".index."
_TOKENIZERS = (
    "tokenizer.json",
    TOKENIZER_CONFIG,
    "vocab.json",
    "vocab.txt",
    "tekken.json",
    "bpe.codes",
)
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The file that a load turns to for the weights: they are in it, or in the shards it lists."""

    format: Format
    file: str
    is_index: bool


def weights(files: Container[str], model: ModelSpec, config: Mapping[str, Any]) -> Weights | None:
    """The first of the files that from_pretrained would take; None where there is none.

    As transformers 5.23 chooses, in `modeling_utils._get_resolved_checkpoint_files`.
    """
    return next((w for w in _candidates(model, config) if w.file in files), None)


def shards(index: Mapping[str, Any], file: str) -> tuple[str, ...]:
    """The files that an index lists, in the order they are read; ValueError if it is none."""
    table = index.get("weight_map")
    if not isinstance(table, dict) or not table:
        raise ValueError("it has no `weight_map`")
    for shard in table.values():
        if not isinstance(shard, str) or not is_inside(shard):
            raise ValueError(f"it lists `{shard}`, which is not a file of the checkpoint")
    folder = file.rpartition("/")[0]
    return tuple(f"{folder}/{name}" if folder else name for name in sorted(set(table.values())))


def small_files(files: Iterable[str], model: ModelSpec) -> tuple[str, ...]:
    """Configs, tokenizer and processor files, templates: all that is read beside the weights.

    The repository's own Python only where it is allowed to run.
    """
    suffixes = (*_SMALL, ".py") if model.trust_remote_code else _SMALL
    subfolder = model.subfolder.strip("/")
    return tuple(
        name
        for name in files
        if name.endswith(suffixes) and _INDEX not in name and _is_beside(name, subfolder)
    )


def has_tokenizer(files: Iterable[str], subfolder: str) -> bool:
    """Whether there is anything that AutoTokenizer could be made of."""
    return any(
        name in _TOKENIZERS or name.endswith((".model", ".tiktoken", ".tokenizer", ".spm"))
        for name in _within(files, subfolder)
    )


def has_processor(files: Iterable[str], subfolder: str) -> bool:
    """Whether a preprocessor_config.json or processor_config.json is there."""
    return any(name in _PROCESSORS for name in _within(files, subfolder))


def inside(subfolder: str, name: str) -> str:
    """A file's name in the repository, by its name in the subfolder."""
    return f"{subfolder.strip('/')}/{name}" if subfolder else name


def _candidates(model: ModelSpec, config: Mapping[str, Any]) -> Iterator[Weights]:
    if model.gguf_file is not None:
        yield _candidate("gguf", model, model.gguf_file)
        return
    named = config.get("transformers_weights")
    if isinstance(named, str) and is_inside(named):
        yield _candidate("safetensors" if ".safetensors" in named else "bin", model, named)
        return
    for format, stem in _STEMS:
        if model.use_safetensors is not None and model.use_safetensors != (format == "safetensors"):
            continue
        for name in (f"{stem}.{format}", f"{stem}.{format}.index.json"):
            yield _candidate(format, model, _with_variant(name, model.variant))


def _candidate(format: Format, model: ModelSpec, name: str) -> Weights:
    return Weights(format=format, file=inside(model.subfolder, name), is_index=_INDEX in name)


def _with_variant(name: str, variant: str | None) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{variant}.{suffix}" if variant is not None else name


def _is_beside(name: str, subfolder: str) -> bool:
    """Whether from_pretrained would look where the file lies."""
    folder = name.rpartition("/")[0]
    below = folder.removeprefix(inside(subfolder, "")) if folder.startswith(subfolder) else "../"
    # Processors with two tokenizers keep the second in a folder such as `decoder_tokenizer`.
    return folder == subfolder or (
        "/" not in below and (below == "additional_chat_templates" or below.endswith("tokenizer"))
    )


def _within(files: Iterable[str], subfolder: str) -> Iterator[str]:
    """Names in the subfolder, without it; deeper ones are left out."""
    prefix = inside(subfolder, "")
    for file in files:
        if file.startswith(prefix) and "/" not in (name := file.removeprefix(prefix)):
            yield name
