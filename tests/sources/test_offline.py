"""What was brought loads without a single request: asked of transformers itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub import running
from yaie.sources.bring import bring
from yaie.spec.model import ModelSpec

LOAD = """
import sys
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer
id, revision = sys.argv[1:]
for auto in (AutoConfig, AutoTokenizer):
    auto.from_pretrained(id, revision=revision, local_files_only=True)
# With peft at hand a model's adapter is looked for apart, by arguments of its own.
offline = {"local_files_only": True}
AutoModelForMaskedLM.from_pretrained(id, revision=revision, adapter_kwargs=offline, **offline)
"""
"""The hub's address is read when huggingface_hub is imported, so it is set for a new process."""


@pytest.fixture
def bert(tiny_bert: Path) -> Path:
    """The tiny BERT with a vocabulary beside it."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]
    (tiny_bert / "vocab.txt").write_text("\n".join(words))
    return tiny_bert


def test_a_brought_model_loads_without_a_request(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as hub:
        hub.add("org/bert", bert)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
        source = bring(ModelSpec(id="org/bert"))
        hub.requests.clear()
        command = [sys.executable, "-c", LOAD, "org/bert", str(source.commit)]
        subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))
    assert hub.requests == []
