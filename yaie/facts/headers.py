"""Headers of weight files: which tensors they hold, without reading the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.pickled import pickled
from yaie.facts.tensor import SAFETENSORS, TensorFacts
from yaie.sources.documents import spoiled
from yaie.sources.files import Format

MOST_HEADER_BYTES = 100_000_000
"""The limit of safetensors itself."""


def stored_tensors(checkpoint: CheckpointFacts) -> Mapping[str, TensorFacts] | None:
    """Every tensor of a checkpoint by name; None where only a whole reading can tell.

    Raises SourceError for a file that is cut short or damaged in its header.
    """
    if checkpoint.format is None:
        return None
    format, folder = checkpoint.format, checkpoint.folder
    return together(tensors(folder / name, format) for name in checkpoint.weight_files)


def together(parts: Iterable[Mapping[str, TensorFacts] | None]) -> dict[str, TensorFacts] | None:
    """The tensors of all files of a checkpoint; None where one of them is not known."""
    found: dict[str, TensorFacts] = {}
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def tensors(file: Path, format: Format) -> Mapping[str, TensorFacts] | None:
    """The tensors of one file of weights; SourceError if its header cannot be true."""
    status = file.stat()
    return _tensors(file, format, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _tensors(
    file: Path, format: Format, size: int, _changed: int
) -> Mapping[str, TensorFacts] | None:
    with file.open("rb") as opened:
        return read(opened, format, file, size)


def read(
    opened: IO[bytes], format: Format, file: Path, size: int
) -> Mapping[str, TensorFacts] | None:
    """The tensors of a file of weights, wherever it lies; `file` is its name in messages."""
    match format:
        case "safetensors":
            return safetensors(opened, file, size)
        case "bin":
            return pickled(opened, file, size)
        case "gguf":
            return None


def safetensors(opened: IO[bytes], file: Path, size: int) -> Mapping[str, TensorFacts]:
    """The tensors of a safetensors file, by two reads; `file` is its name in messages."""
    header, start = _header(file, opened, size)
    found, spans = {}, set()
    for name, entry in header.items():
        if name != "__metadata__":
            found[name], begin, end = _tensor(file, name, entry)
            spans.add((begin, end))
    _require_whole(file, sorted(spans), start, size)
    return found


def _header(file: Path, opened: IO[bytes], size: int) -> tuple[dict[str, Any], int]:
    """The header, and where the numbers begin behind it."""
    length = int.from_bytes(opened.read(8), "little")
    if size < 8 or length > MOST_HEADER_BYTES:
        raise spoiled(file, f"is not a safetensors file: {size:,} bytes without a sensible header")
    if 8 + length > size:
        raise spoiled(file, _cut(8 + length, size))
    try:
        header = json.loads(opened.read(length))
    except (ValueError, RecursionError) as error:
        raise spoiled(file, "is damaged: its safetensors header is not JSON") from error
    if not isinstance(header, dict):
        raise spoiled(file, "is damaged: its safetensors header is not a JSON object")
    if not _is_texts(header.get("__metadata__")):
        raise spoiled(file, "is damaged: `__metadata__` of its safetensors header maps no texts")
    return header, 8 + length


def _is_texts(metadata: Any) -> bool:
    """Whether it is what safetensors takes for metadata: none, or texts by name."""
    if metadata is None:
        return True
    return isinstance(metadata, dict) and all(isinstance(text, str) for text in metadata.values())


def _tensor(file: Path, name: str, entry: Any) -> tuple[TensorFacts, int, int]:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]} if (
            dtype in SAFETENSORS and all(isinstance(n, int) and n >= 0 for n in shape)
        ):
            torch_name, bits = SAFETENSORS[dtype]
        case _:
            raise spoiled(file, f"is damaged: its header does not describe `{name}`")
    if (end - begin) * 8 != math.prod(shape) * bits:
        raise spoiled(file, f"is damaged: the bytes of `{name}` are not those of its shape")
    return TensorFacts(dtype=torch_name, shape=tuple(shape)), begin, end


def _require_whole(file: Path, spans: list[tuple[int, int]], start: int, size: int) -> None:
    """The tensors lie end to end behind the header, and fill the file to its last byte."""
    end = 0
    for begin, next_end in spans:
        if begin != end:
            raise spoiled(file, "is damaged: its header leaves gaps between tensors, or overlaps")
        end = next_end
    if start + end > size:
        raise spoiled(file, _cut(start + end, size))
    if start + end < size:
        raise spoiled(file, f"is damaged: {size - start - end:,} bytes at its end have no tensor")


def _cut(says: int, held: int) -> str:
    return f"is cut short: its header says {says:,} bytes, the file has {held:,}"
