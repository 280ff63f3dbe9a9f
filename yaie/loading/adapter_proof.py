"""Whether an adapter is in the model as asked, read from the model and its load. Imports peft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.errors import Fault, Problem
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

_SHOWN = 4


def adapted_otherwise(spec: LoadSpec, model: Any, loaded: Any) -> Iterator[Problem]:
    """Everything of an adapter that is not as asked; `loaded` is transformers' report of its load,
    None where it was merged."""
    adapter = spec.adapter
    if not isinstance(adapter, Peft):
        return
    if adapter.merge:
        if left := _layers(model):
            yield _mismatch("merge", f"not merged: {quoted(left, _SHOWN)}")
        return
    if adapter.name not in getattr(model, "peft_config", {}) or not _layers(model):
        yield _mismatch("id", "no module of the model has it")
        return
    if adapter.name not in model.active_adapters():
        yield _mismatch("name", f"`{adapter.name}` is not the one that is active")
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if keys := sorted(map(str, getattr(loaded, kind, ()))):
            yield _mismatch("id", f"{kind.replace('_', ' ')}: {quoted(keys, _SHOWN)}")
    yield from _trained(spec, adapter, model)


def _trained(spec: LoadSpec, adapter: Peft, model: Any) -> Iterator[Problem]:
    own = [p for n, p in model.named_parameters() if adapter.name in n.split(".")]
    named = bool(spec.weights.freeze or spec.weights.trainable)
    if adapter.is_trainable != any(p.requires_grad for p in own) and not named:
        got = "frozen" if adapter.is_trainable else "trained"
        yield _mismatch("is_trainable", f"`{adapter.is_trainable}` was asked, and it is {got}")


def _layers(model: Any) -> list[str]:
    from peft.tuners.tuners_utils import BaseTunerLayer

    return [name for name, module in model.named_modules() if isinstance(module, BaseTunerLayer)]


def _mismatch(field: str, message: str) -> Problem:
    return Problem(path=f"adapter.{field}", message=message, fault=Fault.MISMATCH)
