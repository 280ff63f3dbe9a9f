"""Whether a model is left to be trained as was asked, read from its parameters and layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from yaie.errors import Fault, Problem
from yaie.loading.receipt import Receipt
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.wording import quoted


def trained_otherwise(spec: LoadSpec, model: Any, receipt: Receipt) -> Iterator[Problem]:
    """Everything of mode, frozen parameters and activations that is not as asked."""
    weights = spec.weights
    if receipt.training != (weights.mode == "train"):
        got = "train" if receipt.training else "eval"
        yield _mismatch("mode", f"asked for `{weights.mode}`, but got `{got}`")
    if weights.gradient_checkpointing and not receipt.gradient_checkpointing:
        yield _mismatch("gradient_checkpointing", "no layer computes its activations anew")
    yield from _unmatched(spec, model)
    if trained := _trained(model, _ids(model, weights.freeze)):
        yield _mismatch("freeze", f"not frozen: {quoted(trained, _SHOWN)}")
    if weights.trainable:
        yield from _only(spec, model)


_SHOWN = 4


def _mismatch(field: str, message: str) -> Problem:
    return Problem(path=f"weights.{field}", message=message, fault=Fault.MISMATCH)


def _unmatched(spec: LoadSpec, model: Any) -> Iterator[Problem]:
    for field in ("freeze", "trainable"):
        for pattern in getattr(spec.weights, field):
            if not _ids(model, [pattern]):
                yield _mismatch(field, f"`{pattern}` matches no parameter")


def _only(spec: LoadSpec, model: Any) -> Iterator[Problem]:
    """What is to be trained is, and nothing else."""
    wanted = _ids(model, spec.weights.trainable)
    others = {id(p) for p in model.parameters()} - wanted
    if keeps_adapter(spec):
        # What is to be trained of the adapter is the adapter's to say.
        others = set()
    if trained := _trained(model, others):
        yield _mismatch("trainable", f"trained too: {quoted(trained, _SHOWN)}")
    left = wanted - _ids(model, spec.weights.freeze)
    if frozen := [n for n, p in model.named_parameters() if id(p) in left and not p.requires_grad]:
        yield _mismatch("trainable", f"not trained: {quoted(frozen, _SHOWN)}")


def _ids(model: Any, patterns: Iterable[str]) -> set[int]:
    """The parameters that bear a name which a pattern matches, whatever they are called first."""
    patterns = tuple(patterns)
    named = model.named_parameters(remove_duplicate=False) if patterns else ()
    return {id(p) for name, p in named if any(fnmatchcase(name, each) for each in patterns)}


def _trained(model: Any, ids: set[int]) -> list[str]:
    return [n for n, p in model.named_parameters() if id(p) in ids and p.requires_grad]
