"""Checkpoints that several rooms' tests load: two real ones, and small random ones."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

# Read when huggingface_hub is imported, which the first test of a session does.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

# A shell that runs the tests in the background has them ignore Ctrl-C, and all that they start with
# them: a process that is interrupted in a test would not be.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent


def _real_model(name: str) -> Path:
    """Folder of a real checkpoint; skips where it is not at hand, fails where CI requires it."""
    folder = ROOT / ".real-models" / name
    if folder.is_dir():
        return folder
    reason = f"the real checkpoint `{name}` is not at hand: run `make real-models`"
    if os.environ.get("YAIE_REQUIRE_REAL_MODELS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def minilm() -> Path:
    """all-MiniLM-L6-v2: safetensors, tokenizer; a BertModel of 22,713,216 parameters."""
    return _real_model("minilm")


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct: a folder that holds one GGUF file."""
    return _real_model("smollm2")


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BertForMaskedLM of random weights, two layers of width 16, without a tokenizer."""
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("tiny-bert")
    sizes = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 64}
    config = BertConfig(**sizes, num_hidden_layers=2, num_attention_heads=2)
    BertForMaskedLM(config).save_pretrained(folder)
    return folder
