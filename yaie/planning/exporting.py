"""Whether a model can be exported, and what it takes of packages and of a disk.

Imports torch and transformers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.packages import installed, release
from yaie.planning.memory.activations import operations
from yaie.planning.memory.inputs import UnknownInputError
from yaie.planning.memory.layers import two_of_each
from yaie.planning.memory.meta_modes import unpadded
from yaie.planning.memory.structure import bare_model, quantizer_of, settled_dtype
from yaie.planning.samples import Size, sample
from yaie.planning.upstream import mapped, quieted
from yaie.rules.placement import kinds, targets
from yaie.rules.problems import refused, wrong
from yaie.sources.disk import DiskNeed, replacing
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta
from yaie.spec.wording import all_quoted, nearest

FLAG = "--export"
FORMATS = ("onnx",)
PACKAGES = ("onnx", "onnxruntime", "onnxscript")
"""What transformers' exporter is made with, and what its graph is run by."""
LEAST_TORCH = "2.11"
"""transformers.exporters.exporter_dynamo.DynamoExporter.min_versions"""
TRACED = Size(batch=2, sequence=8, decoder_sequence=6)
"""None of its sizes is one, nor like another: torch takes equal ones for the same."""
LONGER = Size(batch=2, sequence=12, decoder_sequence=7)
_TRACEABLE = ("eager", "sdpa")
_DTYPES = ("float16", "float32")
"""On a CPU onnxruntime 1.32 has no kernels of bfloat16 for half of a graph's operators, and of
float64 it answers otherwise than the model."""


def unknown_format(format: str) -> Iterator[Problem]:
    """A problem where no exporter of that name is used."""
    if format not in FORMATS:
        near = nearest(format, FORMATS) or FORMATS[0]
        message = f"`{format}` is no format; allowed is {all_quoted(FORMATS, 'or')}"
        yield wrong(FLAG, message, f"`--export {near}`")


def lacking_packages(packages: Mapping[str, str] | None = None) -> Iterator[Problem]:
    """What an export needs and this machine does not have."""
    here = installed() if packages is None else packages
    if absent := [name for name in PACKAGES if name not in here]:
        verb = "is" if len(absent) == 1 else "are"
        message = f"an export needs {all_quoted(absent)}, which {verb} not installed"
        yield refused(FLAG, message, f"`pip install {' '.join(absent)}`")
    if (torch := here.get("torch")) and release(torch) < release(LEAST_TORCH):
        message = f"an export needs torch {LEAST_TORCH} or newer, and {torch} is here"
        yield refused(FLAG, message, f"`pip install 'torch>={LEAST_TORCH}'`")


def without_numbers(spec: LoadSpec) -> Iterator[Problem]:
    """Loads that bring no weights, or only a part to each process, or a model that trains."""
    if isinstance(spec.weights, Meta):
        yield refused(FLAG, "`weights=meta` has a structure but no numbers to export")
    if isinstance(spec.device, Sharded):
        message = "a model in pieces over several processes cannot be exported"
        yield refused(FLAG, message, "`device=cpu`")
    if spec.weights.mode == "train":
        yield training()


def unexportable(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Why the model of a plan cannot be exported, known before its weights are there."""
    with quieted(), mapped("the model that is to be exported"):
        quantizer = quantizer_of(spec, facts)
        if quantizer is not None:
            method = quantizer.quantization_config.quant_method
            yield from quantised(str(getattr(method, "value", method)))
        yield from placed((kinds(spec, facts) | {str(t) for t in targets(spec)}) - {"cpu"})
        asked = spec.attention
        yield from attention({asked.kind, *asked.submodules.values()} - {"auto"})
        if quantizer is None:
            yield from dtype(settled_dtype(spec, facts))
        model = bare_model(spec, facts)
        yield from unreadable(model) or untraceable(model)


def unreadable(model: Any) -> tuple[Problem, ...]:
    """A problem where it is not known what the model reads."""
    try:
        sample(model, TRACED)
    except UnknownInputError as error:
        message = f"{error}: of such models no graph can be traced and compared yet"
        return (refused(FLAG, message),)
    return ()


def untraceable(model: Any) -> Iterator[Problem]:
    """Why a model on `meta` has no graph: it does not take what it would be traced by, or goes
    token by token, so that its graph would hold for one length.

    A model whose pass wants numbers is not known to have one, and is tried when it is there.
    """
    try:
        counts = [_operations(model, size) for size in (TRACED, LONGER)]
    except ValueError as error:
        # Of transformers' own checks; what `meta` cannot do is another error.
        said = " ".join(str(error).split())[:200]
        message = f"`{type(model).__name__}` does not take what it would be traced by: {said}"
        padless = getattr(model.config, "pad_token_id", 0) is None
        yield refused(FLAG, message, "`model.config.pad_token_id=0`" if padless else None)
    except Exception:
        return
    else:
        if counts[0] != counts[1]:
            message = (
                f"`{type(model).__name__}` goes token by token, and a graph has one length then"
            )
            yield refused(FLAG, message)


def _operations(model: Any, size: Size) -> int:
    """How many a pass on `meta` makes."""
    given = {name: value.to("meta") for name, value in sample(model, size).values.items()}
    with unpadded(), two_of_each(model):
        return operations(lambda: model(**given))


def default_folder(spec: LoadSpec) -> Path:
    """Where an export goes that names no folder: beside, by the model's name."""
    name = spec.model.id or spec.model.architecture or "model"
    return Path(f"{Path(name).resolve().name}-{FORMATS[0]}")


def room_for(size: int, folder: Path) -> DiskNeed:
    """What an export takes."""
    return replacing(folder, size, what="the exported model", verb="export", flag=FLAG)


def training() -> Problem:
    """The problem of a model whose dropout is on."""
    return refused(
        FLAG, "a model in training mode drops some of its numbers", "`weights.mode=eval`"
    )


def quantised(method: str) -> Iterator[Problem]:
    """The problem of packed weights, which torch does not trace."""
    message = f"models that `{method}` has quantised cannot be exported"
    yield refused(FLAG, message, "`quantization=none`")


def placed(elsewhere: Iterable[str]) -> Iterator[Problem]:
    """The problem of weights that are not on the CPU, where graph and model are compared."""
    if elsewhere := sorted(elsewhere):
        message = f"a model is exported on `cpu`, and this one goes to {all_quoted(elsewhere)}"
        yield refused(FLAG, message, "`device=cpu`")


def attention(kinds: Iterable[str]) -> Iterator[Problem]:
    """The problem of kernels that no graph has."""
    if odd := sorted(set(kinds) - set(_TRACEABLE)):
        message = f"attention by {all_quoted(odd)} is no part of a graph; `eager` and `sdpa` are"
        yield refused(FLAG, message, "`attention=eager`")


def dtype(dtype: str) -> Iterator[Problem]:
    """The problem of weights in which onnxruntime does not compute."""
    if dtype not in _DTYPES:
        allowed = all_quoted(_DTYPES)
        message = f"onnxruntime computes on a CPU in {allowed}, and the weights are `{dtype}`"
        yield refused(FLAG, message, "`precision=fp32`")
