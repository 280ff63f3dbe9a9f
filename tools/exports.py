"""`python -m tools.exports`: exports a tiny model of many architectures, and writes docs/export.md.

What was seen is kept in build/exports.jsonl: a run that is cut off goes on where it was.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from tools.exports_page import page

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "exports.jsonl"
PAGE = ROOT / "docs" / "export.md"
PAIRS = {
    "image-classification": "vit",
    "seq2seq-lm": "t5 bart marian",
    "masked-lm": "bert roberta distilbert deberta-v2 modernbert",
    "sequence-classification": "bert llama bart",
    "ctc": "wav2vec2",
    "speech-seq2seq": "whisper speech_to_text",
    "image-text-to-text": "llava qwen2_vl",
    "base": "bert clip",
    "object-detection": "yolos",
    "semantic-segmentation": "segformer",
    "audio-classification": "audio-spectrogram-transformer",
    "token-classification": "bert",
    "question-answering": "bert",
    "multiple-choice": "bert",
    "causal-lm": "llama gpt2 mistral qwen2 qwen3 gemma gemma2 gemma3_text phi phi3 opt gpt_neox"
    " bloom falcon mpt mixtral mamba jamba rwkv",
}
"""Task → architectures."""


def main() -> None:
    """Takes some twenty minutes."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    KEPT.parent.mkdir(exist_ok=True)
    rows = [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []
    seen = {(row["task"], row["architecture"]) for row in rows}
    for task, architectures in PAIRS.items():
        for architecture in architectures.split():
            if (task, architecture) not in seen:
                rows.append(row := _row(task, architecture))
                print(row, flush=True)
                with KEPT.open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(row) + "\n")
    PAGE.write_text(page(rows), encoding="utf-8")


def _row(task: str, architecture: str) -> dict[str, Any]:
    """What became of one export: its difference, or what spoke against it and when."""
    from tools.oracle.checkpoints import tiny
    from yaie.errors import YaieError

    row: dict[str, Any] = {"task": task, "architecture": architecture}
    folder = tiny(architecture)
    if folder is None:
        return {**row, "exit": 0, "stage": "none", "said": "no sizes make a tiny one"}
    words = (f"model={folder}", f"task={task}", "weights=random", "precision=fp32", "device=cpu")
    stages: list[str] = []
    with tempfile.TemporaryDirectory() as place, open(os.devnull, "w") as void:
        try:
            with redirect_stderr(void):
                return {**row, **_exported(words, Path(place) / "out", stages)}
        except YaieError as error:
            said = [problem.message for problem in error.problems if problem.severity == "error"]
            left = [path.name for path in Path(place).iterdir()]
            assert not left, left
            return {**row, "exit": error.exit_code, "stage": stages[-1], "said": said[0]}


def _exported(words: tuple[str, ...], place: Path, stages: list[str]) -> dict[str, Any]:
    import yaie
    from yaie.loading.acts.export import Export
    from yaie.loading.load import load

    act = Export(format="onnx", folder=place)
    loaded = load(yaie.compose(*words, "processor=none"), acts=(act,), reporter=_Stages(stages))
    told: Any = loaded.receipt.deeds["exported"]
    return {"exit": 0, "stage": "export", "class": loaded.receipt.model_class, **told}


class _Stages:
    """A reporter that remembers the stages."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def stage(self, name: str) -> Any:
        from contextlib import nullcontext

        self._names.append(name)
        return nullcontext()

    def bytes(self, done: int, total: int) -> None:
        """Nothing to say."""


if __name__ == "__main__":
    main()
