"""TokenFacts: which ids a checkpoint's tokenizer can yield, read from its files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.facts.checkpoint import CheckpointFacts
from yaie.sources.documents import read_object
from yaie.sources.files import inside


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The ids of a tokenizer."""

    vocabulary: int
    """One more than the highest id of what the tokenizer was trained with."""
    added: Mapping[str, int]
    """Tokens that were added to it → id."""


def tokens_of(checkpoint: CheckpointFacts, subfolder: str) -> TokenFacts | None:
    """The ids of a checkpoint's tokenizer; None where its files do not say.

    A tokenizer of sentencepiece may put a few tokens before its own, which are not counted.
    Raises SourceError for a file that is not what it must be.
    """
    folder = checkpoint.folder / subfolder
    files = {name for name in _FILES if inside(subfolder, name) in checkpoint.files}
    if "tokenizer.json" in files:
        document = read_object(folder / "tokenizer.json")
        vocabulary = _trained(document)
        added = _listed(document.get("added_tokens"))
    else:
        vocabulary, added = _vocabulary(folder, files), {}
    if vocabulary is None:
        return None
    return TokenFacts(vocabulary=vocabulary, added=added | _beside(folder, files))


_SENTENCEPIECE = (
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "spm.model",
)
_FILES = (
    *_SENTENCEPIECE,
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "added_tokens.json",
    "tokenizer_config.json",
)


def _trained(document: Mapping[str, Any]) -> int | None:
    """The size of the vocabulary in a tokenizer.json: ids by token, or tokens in their order."""
    match document.get("model"):
        case {"vocab": dict(ids)}:
            return _size(ids)
        case {"vocab": list(tokens)}:
            return len(tokens)
    return None


def _vocabulary(folder: Path, files: Collection[str]) -> int | None:
    if "vocab.json" in files:
        return _size(read_object(folder / "vocab.json"))
    if "vocab.txt" in files:
        # One token a line; tokens themselves can be other kinds of line ends.
        return len((folder / "vocab.txt").read_bytes().rstrip(b"\n").split(b"\n"))
    model = next((name for name in _SENTENCEPIECE if name in files), None)
    return None if model is None else _pieces((folder / model).read_bytes())


def _pieces(model: bytes) -> int | None:
    """The pieces of a sentencepiece model, its protocol buffer's first field; None for a file of
    something else, such as tiktoken's."""
    number = place = 0
    while place < len(model):
        tag = model[place]
        length, start = _varint(model, place + 1)
        # Pieces, then messages of settings: fields 1 to 5, each told by its length.
        if tag & 7 != _BY_LENGTH or not 1 <= tag >> 3 <= _FIELDS or start + length > len(model):
            return None
        number += tag >> 3 == 1
        place = start + length
    return number or None


_BY_LENGTH = 2
"""Wire type of messages and texts."""
_FIELDS = 5
"""Fields of ModelProto in sentencepiece_model.proto."""


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of a protocol buffer, and the place behind it."""
    value = shift = 0
    while place < len(data):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            break
    return value, place


def _size(ids: Mapping[str, Any]) -> int | None:
    """None for a file of something else, such as a vocabulary for each of several languages."""
    if not all(type(id) is int for id in ids.values()):
        return None
    return max(ids.values(), default=-1) + 1


def _beside(folder: Path, files: Collection[str]) -> dict[str, int]:
    """Tokens that files beside the vocabulary add."""
    found: dict[str, int] = {}
    if "added_tokens.json" in files:
        held = read_object(folder / "added_tokens.json")
        found |= {token: id for token, id in held.items() if type(id) is int}
    if "tokenizer_config.json" in files:
        decoder = read_object(folder / "tokenizer_config.json").get("added_tokens_decoder")
        found |= dict(_by_id(decoder)) if isinstance(decoder, Mapping) else {}
    return found


def _by_id(held: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for id, token in held.items():
        match token:
            case {"content": str(content)} if id.isdigit():
                yield content, int(id)


def _listed(tokens: object) -> dict[str, int]:
    found = {}
    for token in tokens if isinstance(tokens, list) else ():
        match token:
            case {"content": str(content), "id": int(id)}:
                found[content] = id
    return found
