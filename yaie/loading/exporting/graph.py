"""A model traced to an ONNX graph by transformers' own exporter. Imports torch and transformers."""

from __future__ import annotations

import copy
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

from yaie.planning.samples import Sample

Shape = tuple[int | str, ...]
"""Of an input or output: sizes, and the names of those that vary."""


def traced(model: Any, sample: Sample) -> Any:
    """transformers' ExportedModel: one graph of a forward pass, without a cache.

    Batch and length vary. What upstream raises is raised.
    """
    from transformers.exporters.exporter_onnx import OnnxConfig, OnnxExporter

    with _quietly(), _without_cache(model):
        config = OnnxConfig(dynamic=True, dynamic_shapes=_varying(sample))
        made = OnnxExporter().export(model, dict(sample.values), config)
    made.config = copy.deepcopy(model.config)
    made.config.architectures = [type(model).__name__]
    _name_axes(made.program, sample)
    return made


def shapes(values: Any) -> dict[str, Shape]:
    """Name → shape of a graph's inputs or outputs."""
    return {
        value.name: tuple(
            size if isinstance(size, int) else str(size.value) for size in value.shape
        )
        for value in values
    }


def _varying(sample: Sample) -> dict[str, Any]:
    from torch.export import Dim

    return {name: dict.fromkeys(axes, Dim.AUTO) for name, axes in sample.axes.items()}


@contextmanager
def _without_cache(model: Any) -> Iterator[None]:
    """Encoders and decoders have configs of their own, which say whether a cache is kept."""
    configs = {id(m.config): m.config for m in model.modules() if hasattr(m, "config")}
    before = [(c, c.use_cache) for c in configs.values() if hasattr(c, "use_cache")]
    for config, _ in before:
        config.use_cache = False
    try:
        yield
    finally:
        for config, kept in before:
            config.use_cache = kept


@contextmanager
def _quietly() -> Iterator[None]:
    """The exporter prints its steps, and torch logs what it thinks of its own functions.

    `torch.onnx.export` has `verbose=False` for the steps, which transformers 5.23 does not pass on.
    transformers' remark that it was tested with other versions goes too: the graph is compared.
    """
    names = ("torch", "torch.export", "torch.onnx", "torch.fx", "transformers.exporters.utils")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            for category in (DeprecationWarning, FutureWarning):
                # What libraries say to each other.
                warnings.simplefilter("ignore", category)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _name_axes(program: Any, sample: Sample) -> None:
    """Gives the sizes that vary the names of what varies, in place of torch's numbers."""
    names: dict[str, str] = {}
    for value in program.graph.inputs:
        for axis, word in sample.axes.get(value.name, {}).items():
            if not isinstance(size := value.shape[axis], int):
                names[str(size.value)] = word
    for value in _values(program.graph):
        if value.shape is not None:
            value.shape = type(value.shape)([_named(size, names) for size in value.shape])


def _values(graph: Any) -> Iterator[Any]:
    yield from graph.inputs
    for node in graph.all_nodes():
        yield from node.outputs


def _named(size: Any, names: Mapping[str, str]) -> int | str | None:
    if isinstance(size, int):
        return size
    if size.value is None:
        return None
    return re.sub(r"\w+", lambda found: names.get(found[0], found[0]), str(size.value))
