"""A folder that stands in for a checkpoint on the hub: its config and headers, without its numbers.

transformers itself can compare a model with it, by its own renames and ties, as it would with the
checkpoint. Its one file of weights is a hole behind a header, and takes no room on the disk.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError
from yaie.facts.tensor import SAFETENSORS, TensorFacts
from yaie.sources.documents import read_object
from yaie.sources.files import CONFIG

WEIGHTS = "model.safetensors"
_CODES = {torch_name: (code, bits) for code, (torch_name, bits) in SAFETENSORS.items()}


def write(folder: Path, small: Path, tensors: Mapping[str, TensorFacts]) -> None:
    """Writes the stand-in to an empty folder; `small` is the folder of the files that were brought.

    Raises SourceError where the disk does not let it be made.
    """
    try:
        _link(folder, small)
        _write_config(folder, small)
        _write_weights(folder / WEIGHTS, tensors)
    except OSError as error:
        raise SourceError(_unmade(folder, error)) from error


def _link(folder: Path, small: Path) -> None:
    for entry in os.scandir(small):
        if entry.is_file() and entry.name != CONFIG and entry.name.endswith((".json", ".py")):
            (folder / entry.name).symlink_to(os.path.realpath(entry.path))
    # Neither an index nor an adapter of the checkpoint may lead away from what stands here.
    for name in os.listdir(folder):
        if ".index." in name or name == "adapter_config.json":
            (folder / name).unlink()


def _write_config(folder: Path, small: Path) -> None:
    config = read_object(small / CONFIG)
    # The name of the file that the checkpoint has its weights in.
    config.pop("transformers_weights", None)
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")


def _write_weights(file: Path, tensors: Mapping[str, TensorFacts]) -> None:
    header, end = {}, 0
    for name, tensor in tensors.items():
        code, bits = _CODES[tensor.dtype]
        begin, end = end, end + math.prod(tensor.shape) * bits // 8
        header[name] = {"dtype": code, "shape": tensor.shape, "data_offsets": (begin, end)}
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    with file.open("wb") as written:
        written.write(len(text).to_bytes(8, "little") + text)
        written.truncate(8 + len(text) + end)


def _unmade(folder: Path, error: OSError) -> Problem:
    return Problem(
        path="model.id",
        message=f"the headers of the checkpoint cannot be kept in `{folder}`: {error.strerror}",
        hint="name another folder for temporary files: `TMPDIR=…`",
        fault=Fault.SOURCE,
    )
