"""A loaded model exported to a folder that another runtime reads. Imports transformers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.errors import Problem, UnsupportedError, raise_errors
from yaie.loading import measuring
from yaie.loading.destination import Kind, documents, obstacles, place_of
from yaie.loading.exchange import replaced
from yaie.loading.exporting.comparing import Difference, differences, dtype_of
from yaie.loading.exporting.graph import Shape, shapes, traced
from yaie.planning import exporting
from yaie.planning.exporting import FLAG, TRACED, lacking_packages, room_for, unknown_format
from yaie.planning.samples import Sample, sample
from yaie.planning.upstream import mapped, quieted, writing
from yaie.rules.problems import refused
from yaie.sources.disk import require_room
from yaie.spec.wording import all_quoted

GRAPH = Kind(
    flag=FLAG,
    verb="export",
    name="an ONNX export",
    mark="export.json",
    weights=("*.onnx", "*.onnx.data"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A graph that was written, and how far it is from the model."""

    folder: Path
    format: str
    opset: int
    files: int
    bytes: int
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    difference: Mapping[str, Difference]
    seconds: float
    warnings: tuple[str, ...] = ()
    """What transformers said meanwhile."""

    def as_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "format": self.format,
            "opset": self.opset,
            "files": self.files,
            "bytes": self.bytes,
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "outputs": {name: list(shape) for name, shape in self.outputs.items()},
            "difference": {name: found.as_json() for name, found in self.difference.items()},
            "seconds": round(self.seconds, 4),
        }


def export(model: Any, processor: Any, format: str, folder: str | Path) -> Exported:
    """The graph of a forward pass, its config and what feeds it, whole or not at all.

    What was written is run by onnxruntime at other shapes than it was traced with, before it takes
    its place. Raises InputError for a folder that must not be replaced, UnsupportedError for a
    model that cannot be exported, SourceError where the disk fails, MismatchError where the graph
    answers otherwise than the model; the folder is as before then.
    """
    start = time.perf_counter()
    raise_errors((*unknown_format(format), *lacking_packages(), *obstacles(folder, GRAPH)))
    raise_errors(_unable(model))
    place = place_of(folder)
    require_room(room_for(measuring.memory(model), place))
    with quieted() as said, mapped(f"exporting `{type(model).__name__}`"):
        tried = sample(model, TRACED)
        _try(model, tried)
        graph = traced(model, tried)
        difference = write(graph, model, processor, place)
    sizes = [path.stat().st_size for path in place.rglob("*") if path.is_file()]
    return Exported(
        folder=place,
        format=format,
        opset=graph.program.opset_imports[""],
        files=len(sizes),
        bytes=sum(sizes),
        inputs=shapes(graph.program.graph.inputs),
        outputs=shapes(graph.program.graph.outputs),
        difference=difference,
        seconds=time.perf_counter() - start,
        warnings=tuple(dict.fromkeys(said)),
    )


def write(graph: Any, model: Any, processor: Any, place: Path) -> Mapping[str, Difference]:
    """Puts a graph in place once onnxruntime has run what was written; how far it is off."""
    with writing(f"exporting to `{place}`"), replaced(place) as staging:
        _fill(staging, graph, model, processor)
        difference = differences(model, staging / "model.onnx")
        for document in documents(place):
            if not (staging / document.name).exists():
                shutil.copy2(document, staging)
    return difference


def _unable(model: Any) -> Iterator[Problem]:
    if measuring.quantised(model):
        yield from exporting.quantised(measuring.quantization(model)["method"])
    yield from exporting.placed(set(measuring.devices(model).values()) - {"cpu"})
    yield from exporting.attention(measuring.attention(model).values())
    yield from exporting.dtype(dtype_of(model))
    if model.training:
        yield exporting.training()
    yield from exporting.unreadable(model)


def _try(model: Any, tried: Sample) -> None:
    """Raises UnsupportedError where the model itself does not take what it would be traced with."""
    import torch

    try:
        with torch.no_grad():
            model(**tried.values)
    except Exception as error:
        read = all_quoted(f"{name} {list(value.shape)}" for name, value in tried.values.items())
        said = " ".join(str(error).split())[:200]
        message = f"`{type(model).__name__}` does not take {read}, by which it would be traced"
        raise UnsupportedError(refused(FLAG, f"{message}: {said}")) from error


def _fill(staging: Path, graph: Any, model: Any, processor: Any) -> None:
    graph.save_pretrained(staging)
    if model.can_generate():
        model.generation_config.save_pretrained(staging)
    if processor is not None:
        processor.save_pretrained(staging)
