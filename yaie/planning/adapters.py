"""An adapter rehearsed on `meta`, before a weight is read. Imports peft and transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from yaie.errors import Problem, YaieError
from yaie.facts.adapter_match import AdapterMatch
from yaie.facts.facts import Facts
from yaie.facts.keys import Mismatch
from yaie.planning.memory.adapters import PREFIX, injected, stored_state
from yaie.planning.memory.structure import bare_model
from yaie.planning.upstream import mapped, quieted
from yaie.rules.adapter_keys import judge_adapter
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec


def adapter_judged(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What is wrong with the match of an adapter and its model; nothing while the adapter is not at
    hand. Raises YaieError for an adapter that peft does not inject."""
    if isinstance(spec.adapter, Peft) and facts.adapter is not None and facts.adapter.tensors:
        with _blamed(), quieted(), mapped(f"injecting the adapter `{spec.adapter.id}` on `meta`"):
            match = adapter_match(spec, spec.adapter, facts)
        yield from judge_adapter(spec, match)


@contextmanager
def _blamed() -> Iterator[None]:
    """Tells at the adapter of what peft says of it."""
    try:
        yield
    except YaieError as error:
        problems = (replace(each, path=each.path or "adapter.id") for each in error.problems)
        raise type(error)(*problems) from error


def adapter_match(spec: LoadSpec, adapter: Peft, facts: Facts) -> AdapterMatch:
    """The adapter's file against the adapter injected into the model without its quantiser."""
    assert facts.adapter is not None
    assert facts.adapter.tensors is not None
    model = bare_model(spec, facts)
    name = type(model).__name__
    injected(model, adapter, facts)
    stored = {n.removeprefix(PREFIX): tuple(t.shape) for n, t in facts.adapter.tensors.items()}
    state = stored_state(model, adapter, stored)
    wanted = {name: tuple(tensor.shape) for name, tensor in state.items()}
    return AdapterMatch(
        model_class=name,
        missing=tuple(sorted(wanted.keys() - stored.keys())),
        unexpected=tuple(sorted(stored.keys() - wanted.keys())),
        mismatched=tuple(
            Mismatch(name=n, stored=stored[n], built=wanted[n])
            for n in sorted(wanted.keys() & stored.keys())
            if stored[n] != wanted[n]
        ),
    )
