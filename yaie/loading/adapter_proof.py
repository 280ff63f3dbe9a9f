"""Whether an adapter is in the model as asked, read from the model and from the adapter's file.

Imports peft.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Fault, Problem
from yaie.facts.adapter import AdapterFacts
from yaie.facts.facts import Facts
from yaie.planning.memory.adapters import PREFIX, stored_state
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

_SHOWN = 4


def adapted_otherwise(spec: LoadSpec, facts: Facts, model: Any) -> Iterator[Problem]:
    """Everything of an adapter that is not as asked."""
    adapter = spec.adapter
    if not isinstance(adapter, Peft):
        return
    layers = _layers(model)
    if adapter.merge:
        if layers:
            yield _mismatch("merge", f"not merged: {quoted(list(layers), _SHOWN)}")
        return
    if adapter.name not in getattr(model, "peft_config", {}) or not layers:
        yield _mismatch("id", "no module of the model has it")
        return
    yield from _active(adapter, model, layers)
    yield from _numbers(adapter, facts.adapter, model)
    yield from _trained(spec, adapter, model)


def _active(adapter: Peft, model: Any, layers: Mapping[str, Any]) -> Iterator[Problem]:
    if adapter.name not in model.active_adapters():
        yield _mismatch("name", f"`{adapter.name}` is not the one that is active")
    if off := [name for name, layer in layers.items() if layer.disable_adapters]:
        yield _mismatch("id", f"switched off: {quoted(off, _SHOWN)}")
    if merged := [name for name, layer in layers.items() if layer.merged]:
        yield _mismatch("merge", f"merged: {quoted(merged, _SHOWN)}")


def _numbers(adapter: Peft, held: AdapterFacts | None, model: Any) -> Iterator[Problem]:
    """The parameters against the file, each in the dtype that it was cast to."""
    if held is None:
        return
    file = _file(held)
    state = stored_state(model, adapter, file)
    if missing := sorted(state.keys() - file.keys()):
        yield _mismatch("id", f"weights that are not in its file: {quoted(missing, _SHOWN)}")
    if unexpected := sorted(file.keys() - state.keys()):
        yield _mismatch("id", f"weights that were not read: {quoted(unexpected, _SHOWN)}")
    both = sorted(file.keys() & state.keys())
    if other := [name for name in both if not _same(file[name], state[name])]:
        yield _mismatch("id", f"weights of other numbers than its file: {quoted(other, _SHOWN)}")


def _file(held: AdapterFacts) -> dict[str, Any]:
    from peft.utils import load_peft_weights

    stored = load_peft_weights(str(held.folder), device="cpu")
    return {name.removeprefix(PREFIX): tensor for name, tensor in stored.items()}


def _same(stored: Any, got: Any) -> bool:
    if stored.shape != got.shape or got.is_meta:
        return False
    return bool((stored.to(got.dtype) == got.cpu()).all())


def _trained(spec: LoadSpec, adapter: Peft, model: Any) -> Iterator[Problem]:
    if spec.weights.freeze or spec.weights.trainable:
        return
    left = [n for n, p in model.named_parameters() if p.requires_grad]
    own = [name for name in left if adapter.name in name.split(".")]
    if adapter.is_trainable != bool(own):
        got = "frozen" if adapter.is_trainable else "trained"
        yield _mismatch("is_trainable", f"`{adapter.is_trainable}` was asked, and it is {got}")
    if others := [name for name in left if name not in own and not _biased(adapter, model, name)]:
        yield _mismatch("is_trainable", f"trained too: {quoted(others, _SHOWN)}")


def _biased(adapter: Peft, model: Any, name: str) -> bool:
    """Whether a bias of the model's own is a part of the adapter."""
    bias = getattr(model.peft_config[adapter.name], "bias", "none")
    return bias != "none" and name.endswith(".bias")


def _layers(model: Any) -> dict[str, Any]:
    from peft.tuners.tuners_utils import BaseTunerLayer

    return {name: each for name, each in model.named_modules() if isinstance(each, BaseTunerLayer)}


def _mismatch(field: str, message: str) -> Problem:
    return Problem(path=f"adapter.{field}", message=message, fault=Fault.MISMATCH)
