"""The tree that is told before a load is the one that is there after it."""

from __future__ import annotations

from pathlib import Path

import pytest

import yaie
from tools.oracle.checkpoints import tiny
from yaie.planning.tree.node import Branch


def both(*words: str) -> yaie.Loaded:
    """A load whose tree is the one that was told of it."""
    told = yaie.inspect(*words).tree
    loaded = yaie.load(*words)
    assert told == loaded.tree()
    assert told.parameters == loaded.receipt.parameters
    return loaded


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        ("llama", ""),
        ("llama", "precision=bf16"),
        ("llama", "quantization=bnb_4bit"),
        ("llama", "quantization=bnb_8bit"),
        ("llama", "quantization=quanto"),
        ("llama", "quantization=quanto quantization.weights=int4"),
        ("llama", "quantization=torchao"),
        ("llama", "weights=meta"),
        ("llama", "weights=random"),
        ("qwen3_moe", "quantization=bnb_4bit"),
        ("deepseek_v3", "precision=bf16"),
        ("t5", ""),
        ("bart", ""),
        ("whisper", ""),
        ("vit", ""),
        ("clip", ""),
        ("llava", "quantization=bnb_8bit"),
    ],
)
def test_what_is_said_before_is_what_happens(architecture: str, words: str) -> None:
    place = [] if "weights=" in words else ["device=cpu"]
    loaded = both(f"model={tiny(architecture)}", "processor=none", *place, *words.split())
    held = loaded.tree().sums
    for sizes in loaded.receipt.memory.values():
        assert held.memory == sizes["measured_bytes"]


def test_layers_on_the_cpu_and_on_disk_are_two(saved_llama: Path, tmp_path: Path) -> None:
    limits = ["device.max_memory.cpu=100KiB", "device.max_memory.disk=1GiB"]
    words = ["device=auto", *limits, f"device.offload_folder={tmp_path}"]
    loaded = both(f"model={saved_llama}", "processor=none", *words)
    tree = loaded.tree()
    assert set(tree.sums.devices) == {"cpu", "disk"}
    assert [branch.label for branch in layers(tree.branches)] == ["0", "1"]
    (sizes,) = loaded.receipt.memory.values()
    assert sizes["predicted_bytes"] == sizes["measured_bytes"] == tree.sums.devices["cpu"]


def layers(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    """The branches of `model.layers`."""
    node = branches[0].node
    for name in ("model", "layers"):
        node = next(branch.node for branch in node.branches if branch.names == (name,))
    return node.branches
