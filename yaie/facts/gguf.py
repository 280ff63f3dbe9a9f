"""GGUF files: what their metadata says first, read without the `gguf` package.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from yaie.sources.documents import spoiled

MOST_KEYS = 10_000
MOST_ITEMS = 10_000_000
MOST_TEXT = 1_000_000

_TEXT, _ARRAY = 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Number of a metadata value's type → its bytes; texts and arrays bear their lengths."""

_WANTED = ("general.architecture", "general.name", "tokenizer.ggml.model")
_MODEL_TYPES = {
    "gemma3": "gemma3_text",
    "gemma4": "gemma4_text",
    "gpt-oss": "gpt_oss",
    "minimax-m2": "minimax_m2",
    "qwen2moe": "qwen2_moe",
    "qwen35": "qwen3_5_text",
    "qwen35moe": "qwen3_5_moe_text",
    "qwen3moe": "qwen3_moe",
    "t5encoder": "t5",
}
"""llama.cpp's names of architectures → transformers' model_type, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufFacts:
    """The metadata of a GGUF file that decides how it is loaded."""

    architecture: str
    """llama.cpp's name of it, `llama` or `qwen3moe`."""
    name: str | None
    has_tokenizer: bool

    @property
    def model_type(self) -> str:
        """transformers' name of the architecture."""
        name = (self.name or "").lower()
        if self.architecture == "llama" and "mistral" in name:
            return "mistral"
        if self.architecture.startswith("t5") and "umt5" in name:
            return "umt5"
        return _MODEL_TYPES.get(self.architecture, self.architecture)


def gguf_facts(file: Path) -> GgufFacts:
    """What a GGUF file's metadata says; SourceError if it is not GGUF, or cut short."""
    status = file.stat()
    return _gguf_facts(file, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _gguf_facts(file: Path, _size: int, _changed: int) -> GgufFacts:
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise spoiled(file, "is not a GGUF file: it does not begin with `GGUF`")
        try:
            found = _wanted_texts(opened)
        except (struct.error, ValueError) as error:
            raise spoiled(
                file, "is damaged or cut short: its GGUF metadata cannot be read"
            ) from error
    if "general.architecture" not in found:
        raise spoiled(file, "names no `general.architecture` in its GGUF metadata")
    return GgufFacts(
        architecture=found["general.architecture"],
        name=found.get("general.name"),
        has_tokenizer="tokenizer.ggml.model" in found,
    )


def _wanted_texts(opened: BinaryIO) -> dict[str, str]:
    """The texts of the wanted keys; reading ends with the last, before the long vocabularies."""
    _version, _tensors, keys = _unpack(opened, "<IQQ")
    found: dict[str, str] = {}
    for _ in range(_at_most(keys, MOST_KEYS)):
        key = _text(opened)
        (kind,) = _unpack(opened, "<I")
        if key in _WANTED and kind == _TEXT:
            found[key] = _text(opened)
        else:
            _skip(opened, kind)
        if len(found) == len(_WANTED):
            break
    return found


def _skip(opened: BinaryIO, kind: int) -> None:
    match kind:
        case _ if kind in _WIDTHS:
            opened.seek(_WIDTHS[kind], 1)
        case _ if kind == _TEXT:
            opened.seek(_length(opened, MOST_TEXT), 1)
        case _ if kind == _ARRAY:
            item, count = _unpack(opened, "<IQ")
            if item in _WIDTHS:
                opened.seek(_WIDTHS[item] * _at_most(count, MOST_ITEMS), 1)
                return
            if item != _TEXT:
                raise ValueError(f"array of type {item}")
            for _ in range(_at_most(count, MOST_ITEMS)):
                opened.seek(_length(opened, MOST_TEXT), 1)
        case _:
            raise ValueError(f"value of type {kind}")


def _text(opened: BinaryIO) -> str:
    return opened.read(_length(opened, MOST_TEXT)).decode()


def _length(opened: BinaryIO, most: int) -> int:
    (length,) = _unpack(opened, "<Q")
    return _at_most(length, most)


def _unpack(opened: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, opened.read(struct.calcsize(form)))


def _at_most(number: int, most: int) -> int:
    if number > most:
        raise ValueError(f"{number} is more than {most}")
    return number
