"""A folder that stands in for a checkpoint on the hub: its config and headers, without its numbers.

transformers itself can compare a model with it, by its own renames and ties, as it would with the
checkpoint. Its files of weights are holes behind headers, and take no room on the disk.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError
from yaie.facts.tensor import SAFETENSORS, TensorFacts
from yaie.sources.documents import read_object
from yaie.sources.files import CONFIG

MOST_BYTES = 4_000_000_000
"""Of one file, unless a single tensor has more: files are mapped whole, and Linux refuses to map
more than the machine has memory."""
_CODES = {torch_name: (code, bits) for code, (torch_name, bits) in SAFETENSORS.items()}


def write(folder: Path, small: Path, tensors: Mapping[str, TensorFacts]) -> None:
    """Writes the stand-in to an empty folder; `small` is the folder of the files that were brought.

    Raises SourceError where the disk does not let it be made.
    """
    try:
        _link(folder, small)
        _write_config(folder, small)
        _write_weights(folder, tensors)
    except OSError as error:
        raise SourceError(_unmade(folder, error)) from error


def _link(folder: Path, small: Path) -> None:
    for file in small.iterdir():
        # Neither an index nor an adapter of the checkpoint may lead away from what stands here.
        leads_away = ".index." in file.name or file.name in (CONFIG, "adapter_config.json")
        if file.suffix in (".json", ".py") and file.is_file() and not leads_away:
            (folder / file.name).symlink_to(file.resolve())


def _write_config(folder: Path, small: Path) -> None:
    config = read_object(small / CONFIG)
    # The name of the file that the checkpoint has its weights in.
    config.pop("transformers_weights", None)
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")


def _write_weights(folder: Path, tensors: Mapping[str, TensorFacts]) -> None:
    names: dict[str, str] = {}
    for number, part in enumerate(_parts(tensors)):
        file = f"model-{number:05}.safetensors"
        names |= dict.fromkeys(part, file)
        _write_part(folder / file, {name: tensors[name] for name in part})
    index = {"metadata": {}, "weight_map": names}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")


def _parts(tensors: Mapping[str, TensorFacts]) -> Iterator[list[str]]:
    """Names of tensors by the file that they go to."""
    part: list[str] = []
    size = 0
    for name, tensor in tensors.items():
        if part and size + _bytes(tensor) > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(name)
        size += _bytes(tensor)
    yield part


def _write_part(file: Path, tensors: Mapping[str, TensorFacts]) -> None:
    header, end = {}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + _bytes(tensor)
        code = _CODES[tensor.dtype][0]
        header[name] = {"dtype": code, "shape": tensor.shape, "data_offsets": (begin, end)}
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    with file.open("wb") as written:
        written.write(len(text).to_bytes(8, "little") + text)
        written.truncate(8 + len(text) + end)


def _bytes(tensor: TensorFacts) -> int:
    return math.prod(tensor.shape) * _CODES[tensor.dtype][1] // 8


def _unmade(folder: Path, error: OSError) -> Problem:
    return Problem(
        path="model.id",
        message=f"the headers of the checkpoint cannot be kept in `{folder}`: {error.strerror}",
        hint="name another folder for temporary files: `TMPDIR=…`",
        fault=Fault.SOURCE,
    )
