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


_FILES = (
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
    return None


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
