"""A hub on loopback with one small repository, and an empty cache to fetch into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub import Hub, running


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A folder with a config, a tokenizer and two shards of weights with their index."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    for letter, name in shards.items():
        (folder / name).write_bytes(letter.encode() * 1000)
    return folder


@pytest.fixture
def hub(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Serves the checkpoint as `org/model`; HF_ENDPOINT and HF_HUB_CACHE lead to it."""
    with running() as hub:
        hub.add("org/model", checkpoint)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        yield hub
