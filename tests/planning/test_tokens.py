"""The tokenizer beside the embedding: told before a load, met by transformers in the middle."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import yaie
from yaie.errors import Problem
from yaie.planning.inquiry import check_with_checkpoint


@pytest.fixture
def bert(tiny_bert: Path, tmp_path: Path) -> Path:
    """A model with embeddings for 64 tokens."""
    return Path(shutil.copytree(tiny_bert, tmp_path / "bert"))


def with_tokens(folder: Path, number: int, **added: int) -> Path:
    """The folder with a tokenizer of so many words."""
    words = {word: id for id, word in enumerate(["[UNK]", *(f"w{n}" for n in range(1, number))])}
    tokens = [
        {"id": id, "content": f"[{word}]", "special": True, "single_word": False}
        | {"lstrip": False, "rstrip": False, "normalized": False}
        for word, id in added.items()
    ]
    model = {"type": "WordLevel", "vocab": words, "unk_token": "[UNK]"}
    (folder / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "model": model, "added_tokens": tokens})
    )
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"})
    )
    return folder


def judged(folder: Path, *words: str) -> tuple[Problem, ...]:
    return check_with_checkpoint(yaie.compose(f"model={folder}", *words))


@pytest.mark.parametrize("number", [10, 64])
def test_a_token_with_an_embedding_is_no_problem(bert: Path, number: int) -> None:
    assert judged(with_tokens(bert, number)) == ()


def test_a_vocabulary_beyond_the_embeddings_is_refused(bert: Path) -> None:
    (problem,) = judged(with_tokens(bert, 90))
    assert problem.message == (
        f"the tokenizer of `{bert}` has 90 tokens, and `BertForMaskedLM` has embeddings for 64: it"
        " is another model's"
    )
    assert problem.hint == (
        "bring the tokenizer that the weights were trained with, or `processor=none`"
    )
    assert judged(bert, "processor=none") == ()


def test_an_added_token_beyond_the_embeddings_is_told(bert: Path) -> None:
    (problem,) = judged(with_tokens(bert, 64, PAD=64))
    assert problem.severity == "warning"
    assert problem.message == (
        "`BertForMaskedLM` has embeddings for 64 tokens, and none for `[PAD]` of the tokenizer:"
        " they would raise an IndexError"
    )
    assert problem.hint == "call `model.resize_token_embeddings(65)` after the load"


def test_transformers_fails_at_the_first_such_token(bert: Path) -> None:
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(with_tokens(bert, 64, PAD=64))
    model = AutoModelForMaskedLM.from_pretrained(bert)
    model(**tokenizer("w3", return_tensors="pt", return_token_type_ids=False))
    beyond = tokenizer("[PAD]", return_tensors="pt", return_token_type_ids=False)
    with pytest.raises(IndexError):
        model(**beyond)
    model.resize_token_embeddings(65)
    model(**beyond)


def test_a_model_of_images_has_no_tokens(tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTModel

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    config = ViTConfig(**sizes, num_hidden_layers=1, image_size=8, patch_size=4)
    ViTModel(config).save_pretrained(tmp_path)
    assert judged(tmp_path, "processor=none") == ()
