"""Headers of weight files: which tensors they hold, without reading the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from yaie.facts.checkpoint import CheckpointFacts, TensorFacts
from yaie.sources.documents import spoiled

MOST_HEADER_BYTES = 100_000_000
"""The limit of safetensors itself."""

_BITS = {
    "BOOL": ("bool", 8),
    "U8": ("uint8", 8),
    "I8": ("int8", 8),
    "F8_E4M3": ("float8_e4m3fn", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8),
    "F8_E5M2": ("float8_e5m2", 8),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8),
    "F8_E8M0": ("float8_e8m0fnu", 8),
    "F4": ("float4_e2m1fn_x2", 4),
    "U16": ("uint16", 16),
    "I16": ("int16", 16),
    "F16": ("float16", 16),
    "BF16": ("bfloat16", 16),
    "U32": ("uint32", 32),
    "I32": ("int32", 32),
    "F32": ("float32", 32),
    "U64": ("uint64", 64),
    "I64": ("int64", 64),
    "F64": ("float64", 64),
    "C64": ("complex64", 64),
}
"""safetensors' name of a dtype → torch's name and bits an element."""


def stored_tensors(checkpoint: CheckpointFacts) -> Mapping[str, TensorFacts] | None:
    """Every tensor of a checkpoint's safetensors files by name; None where there are none.

    Raises SourceError for a file that is cut short or damaged in its header.
    """
    if checkpoint.format != "safetensors":
        return None
    found: dict[str, TensorFacts] = {}
    for name in checkpoint.weight_files:
        found |= tensors(checkpoint.folder / name)
    return found


def tensors(file: Path) -> Mapping[str, TensorFacts]:
    """The tensors of one safetensors file; SourceError if its header cannot be true."""
    status = file.stat()
    return _tensors(file, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _tensors(file: Path, size: int, _changed: int) -> Mapping[str, TensorFacts]:
    with file.open("rb") as opened:
        header, start = _header(file, opened, size)
    found, spans = {}, set()
    for name, entry in header.items():
        if name != "__metadata__":
            found[name], begin, end = _tensor(file, name, entry)
            spans.add((begin, end))
    _require_whole(file, sorted(spans), start, size)
    return found


def _header(file: Path, opened: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
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
    return header, 8 + length


def _tensor(file: Path, name: str, entry: Any) -> tuple[TensorFacts, int, int]:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]} if (
            dtype in _BITS and all(isinstance(n, int) and n >= 0 for n in shape)
        ):
            torch_name, bits = _BITS[dtype]
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
