"""Change: what a commit adds to a branch and removes from it, so that it holds one checkpoint."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yaie.sources.remote import Listing, agrees

CARD = "README.md"

_WEIGHTS = re.compile(
    r"""(model|pytorch_model)(-\d{5}-of-\d{5})?\.(safetensors|bin)
    | (model\.safetensors|pytorch_model\.bin)\.index\.json""",
    re.VERBOSE,
)
"""Weights of a model."""
_BESIDE_WEIGHTS = re.compile(
    r"""adapter_model\.(safetensors|bin) | adapter_config\.json | generation_config\.json""",
    re.VERBOSE,
)
"""What from_pretrained reads unasked: weights of another save would be read instead of the new
ones, an adapter would be laid over them."""
_OF_A_PROCESSOR = re.compile(
    r"""(\w+_tokenizer/)? ( tokenizer(_config)?\.json | special_tokens_map\.json
    | added_tokens\.json | vocab\.(json|txt) | merges\.txt | normalizer\.json | tekken\.json
    | (tokenizer|spiece|sentencepiece(\.bpe)?|spm|source|target)\.(model|spm)
    | chat_template\.(jinja|json) | additional_chat_templates/[^/]+\.jinja )
    | (pre|video_pre|)processor_config\.json""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The difference between a branch's head and what is to be there."""

    added: Mapping[str, Path | bytes]
    """Path in the repository → file, or content, that is new or other than what is there."""
    removed: tuple[str, ...]
    """Parts of the checkpoint that was there and of none that is to be."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def change(files: Mapping[str, Path], card: bytes, head: Listing) -> Change:
    """What turns a head into one that holds the files; a card that is there stays."""
    added: dict[str, Path | bytes] = {
        name: file
        for name, file in files.items()
        if name not in head.files or not agrees(file, head.files[name])
    }
    if CARD not in head.files:
        added[CARD] = card
    return Change(added=added, removed=tuple(stale(files, head.files)))


def is_of_a_model(name: str) -> bool:
    """Whether a file holds weights of a model, or says which do."""
    return _WEIGHTS.fullmatch(name) is not None


def stale(files: Collection[str], there: Iterable[str]) -> list[str]:
    """Those that are there and would be read with the files, as if they were of one checkpoint.

    Without a processor among the files, one that is there stays.
    """
    patterns = [_WEIGHTS, _BESIDE_WEIGHTS]
    if any(_OF_A_PROCESSOR.fullmatch(name) for name in files):
        patterns.append(_OF_A_PROCESSOR)
    left = (name for name in there if name not in files)
    return sorted(name for name in left if any(p.fullmatch(name) for p in patterns))
