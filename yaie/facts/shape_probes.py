"""Which fields of a config the weights of its models follow, as seen. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.facts.field_probes import Prober
from yaie.facts.stands import Stand

TRIED = 4
"""Values of a field that are tried, the first that builds a model deciding."""


def shaping(prober: Prober, name: str) -> dict[str, tuple[str, ...]]:
    """Fields of an architecture that names or shapes of weights follow, each with the tasks whose
    class does not."""
    found = prober.quick(name)
    if found is None:
        return {}
    quick, held = found
    fields = {}
    for field, value in held.items():
        changed = _changing(quick, field, value)
        if changed is not None:
            fields[field] = tuple(_spared(prober, name, quick, {field: changed}))
    return fields


def _changing(stand: Stand, field: str, held: Any) -> Any:
    """A value of a field with which the weights are others; None where there is none."""
    before = stand.shapes({})
    for value in list(_others(held))[:TRIED]:
        after = stand.shapes({field: value})
        if after is not None:
            return value if after != before else None
    return None


def _others(held: Any) -> Iterator[Any]:
    """Values beside a field's own, those first that most models are built of."""
    match held:
        case bool():
            yield not held
        case int() if held > 0:
            yield from (held * 2, held + 8, held + 1, held // 2)
        case [int(), *_] if all(type(item) is int for item in held):
            yield [item * 2 for item in held]


def _spared(prober: Prober, name: str, largest: Stand, changed: dict[str, Any]) -> Iterator[str]:
    """Tasks of classes whose weights stay as they are."""
    facts = prober.known.architecture(name)
    if facts is None or largest.part:
        return
    for stand in prober.stands(name):
        before = None if stand.task == largest.task else stand.shapes({})
        if before is not None and stand.shapes(changed) == before:
            cls = facts.classes[stand.task]
            yield from (task for task, other in facts.classes.items() if other == cls)
