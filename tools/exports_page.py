"""docs/export.md, written out of what was exported."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from yaie.loading.exporting.comparing import TOLERANCES
from yaie.planning.exporting import PACKAGES
from yaie.spec.wording import counted

Row = Mapping[str, Any]


def page(rows: Sequence[Row]) -> str:
    """The page, with a table of every export that was tried."""
    return "\n".join([*_opening(), *_table(rows)]) + "\n"


def _opening() -> Iterator[str]:
    named = ("torch", "transformers", *PACKAGES)
    libraries = ", ".join(f"{name} {version(name)}" for name in named)
    yield from (
        "# ONNX exports",
        "",
        f"Written by `make exports` on {datetime.now(UTC):%Y-%m-%d}: {platform.machine()}, Python"
        f" {platform.python_version()}, {libraries}.",
        "",
        "```console",
        "$ pip install '.[onnx]'",
        "$ python -m yaie model=./my-bert --export onnx:./my-bert-onnx",
        "```",
        "",
        "`--export onnx` without a folder writes to `MODEL-onnx` in the working directory.",
        'From Python: `loaded.export("onnx", folder)`.',
        "",
        "- **What is written**: `model.onnx` and its weights beside it in `model.onnx.data`,"
        " `config.json`, the generation config, what feeds the model (tokenizer or processor), and"
        " `export.json`, by which transformers' own `ExportedModel.from_pretrained` loads it.",
        "- **Which graph**: one forward pass, by transformers' `OnnxExporter`. A language model's"
        " has logits of all tokens, and no cache goes in or comes out: who generates with it runs"
        " the whole text for each token. An encoder-decoder is one graph of both, which takes"
        " `input_ids` and `decoder_input_ids`.",
        "- **What varies**: the batch, and the length of texts and sounds. Images and the frames of"
        " a spectrogram keep their size, choices their number.",
        "- **How it is checked**: onnxruntime runs the written graph on a CPU at two shapes, other"
        " than the one that it was traced with, texts with padding among them, and each output is"
        " held against the model's. The receipt has the largest difference, absolute and relative"
        " to the output's largest number. More than "
        + " or ".join(f"{most:g} ({dtype})" for dtype, most in TOLERANCES.items())
        + ", and nothing is written (exit code 5).",
        "- **What is refused before anything is loaded**: quantised weights, bfloat16 and float64,"
        " attention by kernels that no graph has, weights that are not on the CPU, models that read"
        " texts with images or sounds, models that go token by token (Mamba, RWKV: a graph would"
        " hold for one length), inputs that a pass on `meta` does not take, a folder that holds"
        " something else, a disk too small, packages that are missing. What upstream cannot trace"
        " is told when it is tried (exit code 3), and nothing is written.",
        "",
    )


def _table(rows: Sequence[Row]) -> Iterator[str]:
    tried = [row for row in rows if row["stage"] != "none"]
    whole = [row for row in tried if row["exit"] == 0]
    furthest = max(_difference(row) for row in whole)
    yield from (
        f"## {counted(len(tried), 'pair')} of task and architecture",
        "",
        f"Tiny models of random weights in float32: {len(whole)} were exported, the one that is"
        f" furthest off by {furthest:.1e} of its largest output; {len(tried) - len(whole)} were"
        " refused. `before`: nothing was loaded; `late`: the export itself failed.",
        "",
        "| task | architecture | difference | refused |",
        "|---|---|--:|---|",
    )
    for row in sorted(tried, key=lambda row: (row["task"], row["architecture"])):
        yield f"| {row['task']} | {row['architecture']} | {_outcome(row)} |"


def _outcome(row: Row) -> str:
    if row["exit"] == 0:
        return f"{_difference(row):.1e} | –"
    when = "late" if row["stage"] == "export" else "before"
    said = row["said"].replace("|", "\\|")
    return f"– | {when}, exit code {row['exit']}: {said[:200]}"


def _difference(row: Row) -> float:
    return max(float(found["relative"]) for found in row["difference"].values())
