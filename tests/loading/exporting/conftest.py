"""Small random checkpoints of four kinds, each exported once a session."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import yaie
from yaie.cli.program import main

SIZES = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "vocab_size": 64,
}


def classifier() -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    return BertForSequenceClassification(BertConfig(**SIZES, num_labels=3))


def seq2seq() -> Any:
    from transformers import T5Config, T5ForConditionalGeneration

    sizes = {"d_model": 16, "d_ff": 32, "d_kv": 8, "num_heads": 2, "num_layers": 1}
    return T5ForConditionalGeneration(T5Config(**sizes, vocab_size=64, decoder_start_token_id=0))


def vision() -> Any:
    from transformers import ViTConfig, ViTForImageClassification

    return ViTForImageClassification(ViTConfig(**SIZES, image_size=16, patch_size=8))


MODELS = {"classifier": classifier, "seq2seq": seq2seq, "vision": vision}
TASKS = {
    "causal": "causal-lm",
    "classifier": "sequence-classification",
    "seq2seq": "seq2seq-lm",
    "vision": "image-classification",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A checkpoint that `yaie load --export onnx:FOLDER --json` read, and what came of it."""

    checkpoint: Path
    folder: Path
    answer: str
    """All of stdout."""
    chatter: str
    """All of stderr."""

    @property
    def told(self) -> Any:
        return json.loads(self.answer)["exported"]


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Kind → folder; the language model is yaie's own with one layer, and has a tokenizer."""
    import torch

    torch.manual_seed(0)
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in TASKS}
    layers = ("weights=random", "model.config.num_hidden_layers=1", "precision=fp32")
    yaie.load("model=tiny", *layers).save(folders["causal"])
    for kind, make in MODELS.items():
        make().save_pretrained(folders[kind])
    return folders


class Cases(dict[str, Case]):
    """Kind → its export, made when it is first asked for."""

    def __init__(self, checkpoints: dict[str, Path], place: Path) -> None:
        super().__init__()
        self._checkpoints, self._place = checkpoints, place

    def __missing__(self, kind: str) -> Case:
        case = self[kind] = _exported(kind, self._checkpoints[kind], self._place / kind)
        return case


@pytest.fixture(scope="session")
def cases(checkpoints: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Each export once a session."""
    return Cases(checkpoints, tmp_path_factory.mktemp("exported"))


def _exported(kind: str, checkpoint: Path, folder: Path) -> Case:
    words = [f"model={checkpoint}", f"task={TASKS[kind]}", "--export", f"onnx:{folder}", "--json"]
    if kind != "causal":
        words.append("processor=none")
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        assert main(words) == 0, err.getvalue()
    return Case(checkpoint=checkpoint, folder=folder, answer=out.getvalue(), chatter=err.getvalue())
