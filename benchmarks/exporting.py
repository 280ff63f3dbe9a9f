"""An ONNX export run by onnxruntime, beside the model that it was made of."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

from benchmarks.results import Row
from tools.oracle.checkpoints import tiny

KINDS = {
    "causal LM (Llama)": ("llama", "causal-lm"),
    "encoder with a head (BERT)": ("bert", "sequence-classification"),
    "encoder-decoder (T5)": ("t5", "seq2seq-lm"),
    "vision model (ViT)": ("vit", "image-classification"),
}


def rows() -> Iterator[Row]:
    """The largest difference of four kinds of models, tiny and of random weights."""
    for kind, (architecture, task) in KINDS.items():
        yield _row(kind, f"model={tiny(architecture)}", f"task={task}")


def _row(kind: str, *words: str) -> Row:
    import yaie

    loaded = yaie.load(*words, "weights=random", "precision=fp32", "processor=none")
    with tempfile.TemporaryDirectory() as place, redirect_stderr(StringIO()):
        exported = loaded.export("onnx", Path(place) / "out")
    found = exported.difference.values()
    return Row(
        what=f"ONNX export, {kind}, run by onnxruntime at two other shapes",
        ours=f"{max(one.absolute for one in found):.1e}",
        other="the model's own outputs, float32",
        ratio=f"{max(one.relative for one in found):.1e} of the largest output",
        target="≤ 1e-4 of it",
    )
