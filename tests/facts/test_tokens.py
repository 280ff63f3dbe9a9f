"""Which ids a checkpoint's tokenizer can yield, by its files: as transformers counts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from yaie.facts.checkpoint import CheckpointFacts, read_checkpoint
from yaie.facts.tokens import TokenFacts, tokens_of
from yaie.sources.locate import locate
from yaie.spec.model import ModelSpec


def checkpoint(folder: Path) -> CheckpointFacts:
    source = locate(str(folder))
    assert source is not None
    return read_checkpoint(source, ModelSpec())


def tokens(folder: Path, **files: Any) -> TokenFacts | None:
    """Of a folder with these JSON files."""
    for stem, content in files.items():
        (folder / f"{stem}.json").write_text(json.dumps(content))
    return tokens_of(checkpoint(folder), "")


@pytest.mark.parametrize(
    "vocab", [{"a": 0, "b": 4}, [["a", 0.0], ["b", -1.0], ["c", -2.0], ["d", -3.0], ["e", -4.0]]]
)
def test_a_tokenizer_json_tells_its_ids(vocab: Any, tmp_path: Path) -> None:
    document = {"model": {"vocab": vocab}, "added_tokens": [{"id": 7, "content": "<pad>"}]}
    assert tokens(tmp_path, tokenizer=document) == TokenFacts(vocabulary=5, added={"<pad>": 7})


def test_tokens_are_added_beside_it_too(tmp_path: Path) -> None:
    decoder = {"added_tokens_decoder": {"9": {"content": "<x>"}}}
    found = tokens(tmp_path, vocab={"a": 0}, added_tokens={"<y>": 8}, tokenizer_config=decoder)
    assert found == TokenFacts(vocabulary=1, added={"<y>": 8, "<x>": 9})


def test_a_list_of_words_tells_its_ids(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[PAD]\n\u2028\nb\n")
    assert tokens_of(checkpoint(tmp_path), "") == TokenFacts(vocabulary=3, added={})


def test_vocabularies_of_several_languages_do_not_say(tmp_path: Path) -> None:
    assert tokens(tmp_path, vocab={"eng": {"a": 0}}) is None


def test_a_folder_without_a_tokenizer_does_not_say(tmp_path: Path) -> None:
    assert tokens(tmp_path, config={}) is None


def test_a_real_tokenizer_has_as_many_tokens_as_its_length(minilm: Path) -> None:
    from transformers import AutoTokenizer

    found = tokens_of(checkpoint(minilm), "")
    assert found is not None
    assert found.vocabulary == len(AutoTokenizer.from_pretrained(minilm))


def piece(text: str) -> bytes:
    """A piece of a sentencepiece model: its text, and its score."""
    inside = bytes([0x0A, len(text)]) + text.encode() + b"\x15\x00\x00\x00\x00"
    return bytes([0x0A, len(inside)]) + inside


SETTINGS = bytes([0x12, 2, 0x20, 8])
"""trainer_spec, a message of its own."""


@pytest.mark.parametrize("name", ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"])
def test_a_sentencepiece_model_tells_its_pieces(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"".join(map(piece, ("<unk>", "a", "b"))) + SETTINGS)
    assert tokens(tmp_path) == TokenFacts(vocabulary=3, added={})


@pytest.mark.parametrize("content", [b"", b"IQ== 0\nIg== 1\n", SETTINGS, piece("a")[:-3]])
def test_a_model_of_something_else_tells_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.model").write_bytes(content)
    assert tokens(tmp_path) is None
