"""An exported graph run by onnxruntime beside the model. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.errors import Fault, MismatchError, Problem
from yaie.facts.dtypes import dtype_name
from yaie.planning.exporting import FLAG
from yaie.planning.samples import Size, sample

SIZES = (
    Size(batch=1, sequence=5, decoder_sequence=5),
    Size(batch=3, sequence=12, decoder_sequence=7),
)
"""Other than that of the export: a graph that took over one of its sizes fails at one of them."""
TOLERANCES = {"float32": 1e-4, "float16": 1e-2}
"""Of an output's largest number: some ten steps of float16, a thousand of float32. Another order of
sums makes a tenth of that (docs/export.md has what was measured), another computation far more."""
_ONLY_ERRORS = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest of an output."""

    absolute: float
    relative: float
    """To the largest number of the output."""

    def as_json(self) -> dict[str, float]:
        return {"absolute": self.absolute, "relative": self.relative}


def differences(model: Any, file: Path, sizes: Iterable[Size] = SIZES) -> dict[str, Difference]:
    """Output → how far the graph's is from the model's, over several shapes.

    Raises MismatchError where that is more than the dtype explains, or where the graph does not
    take a shape that the model takes.
    """
    session = _session(file)
    found: dict[str, Difference] = {}
    for size in sizes:
        for name, difference in _compared(model, session, size):
            before = found.get(name, Difference(0.0, 0.0))
            found[name] = max(before, difference, key=lambda one: one.relative)
    if problems := tuple(_beyond(found, model)):
        raise MismatchError(*problems)
    return found


def _session(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ONLY_ERRORS
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _compared(model: Any, session: Any, size: Size) -> Iterator[tuple[str, Difference]]:
    inputs = sample(model, size).values
    wanted = _answer(model, inputs)
    names = [output.name for output in session.get_outputs()]
    taken = {value.name for value in session.get_inputs()}
    feed = {name: value.numpy() for name, value in inputs.items() if name in taken}
    for name, got in zip(names, _run(session, feed, size), strict=True):
        yield name, _difference(got, wanted[name])


def _answer(model: Any, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    import torch
    from transformers.exporters.utils import get_leaf_tensors

    with torch.no_grad():
        answer: Mapping[str, Any] = get_leaf_tensors(model(**inputs))
    return answer


def _run(session: Any, feed: Mapping[str, Any], size: Size) -> Any:
    try:
        return session.run(None, feed)
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        message = (
            f"the graph does not run with a batch of {size.batch} and a length of {size.sequence},"
            f" as the model does: {said}"
        )
        raise MismatchError(Problem(path=FLAG, message=message, fault=Fault.MISMATCH)) from error


def _difference(got: Any, wanted: Any) -> Difference:
    """Where the model has no number, or one without end, the graph must have the same."""
    import torch

    ours = torch.from_numpy(got).double()
    theirs = wanted.double()
    if ours.shape != theirs.shape:
        return Difference(float("inf"), float("inf"))
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    apart = (ours - theirs).abs().where(~same, 0.0)
    apart = apart.nan_to_num(nan=float("inf"))
    largest = float(theirs[theirs.isfinite()].abs().max()) if theirs.isfinite().any() else 0.0
    absolute = float(apart.max()) if apart.numel() else 0.0
    return Difference(absolute, absolute / largest if largest else absolute)


def dtype_of(model: Any) -> str:
    """In which a model computes."""
    return dtype_name(next(p.dtype for p in model.parameters() if p.is_floating_point()))


def _beyond(found: Mapping[str, Difference], model: Any) -> Iterator[Problem]:
    dtype = dtype_of(model)
    most = TOLERANCES[dtype]
    for name, difference in found.items():
        if not difference.relative <= most:
            message = (
                f"the graph's `{name}` is {difference.relative:.2g} of its largest number away from"
                f" the model's, and `{dtype}` explains {most:g}"
            )
            yield Problem(path=FLAG, message=message, fault=Fault.MISMATCH)
