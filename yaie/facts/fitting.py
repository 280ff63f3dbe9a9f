"""From single observations of a config's fields to their limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from yaie.facts.limits import ACTIVATIONS, GATE, FieldLimits, Limits, Refusal, Relation
from yaie.facts.observation import BUILT, REFUSED, UNREAD, Observation, Record, is_number
from yaie.facts.probe_values import NONSENSE
from yaie.facts.relating import holds, related

_WHY = 90
"""Letters of an error that are kept."""


def limits_of_record(record: Record, defaults: Mapping[str, Any]) -> Limits:
    """The limits of each field, and the relations between fields, that explain what was seen.

    `defaults` are those declared, null where `held` has a value that is worked out. Whatever
    neither limit nor relation explains is kept as it was seen.
    """
    numbers = tuple(_numbers_alone(record))
    record = _without_lists_for_numbers(record)
    relations = tuple(related(record.observations, defaults, record.held))
    fields = {}
    for name, seen in _by_field(record.observations):
        found = _field(seen, record.held.get(name), relations, record.held)
        if found != FieldLimits():
            fields[name] = replace(found, spared=_spared_by_limits(name, relations, record))
    fields |= _of_heads(record, fields)
    for name in record.replaced:
        found = fields.get(name, FieldLimits())
        fields[name] = replace(found, unread=(*found.unread, record.held[name]))
    for name, keys in record.needed.items():
        fields[name] = replace(fields.get(name, FieldLimits()), needed=keys)
    for name in numbers:
        fields[name] = replace(fields.get(name, FieldLimits()), lists=False)
    for name, found in fields.items():
        worked_out = name in defaults and defaults[name] is None
        if worked_out and not (found.given and found.rises and found.falls):
            fields[name] = replace(found, held=_counted(record.held.get(name)))
    rope = record.held.get("rope_parameters")
    bound = (replace(r, spared=_spared_by_relation(r, record)) for r in relations)
    return Limits(
        fields=fields,
        relations=tuple(bound),
        named_parts=record.named_parts,
        whole_parts=record.whole_parts,
        absent_parts=record.absent_parts,
        following_parts=record.following_parts,
        rope_types=record.rope_types,
        rope_default=rope if isinstance(rope, Mapping) else None,
    )


def _numbers_alone(record: Record) -> Iterator[str]:
    """Fields that hold a number, that a type would let be a list, and that are reckoned with.

    Of other refusals a list of another length may be the remedy.
    """
    largest = [o for o in record.observations if _is_list_for_number(o, record)]
    smaller = [o for _, seen in record.smaller for o in seen if _is_list_for_number(o, record)]
    for name, seen in _by_field(largest):
        again = [o for o in smaller if o.field == name]
        if all(o.outcome == REFUSED and o.why.startswith("TypeError") for o in (*seen, *again)):
            yield name


def _without_lists_for_numbers(record: Record) -> Record:
    def kept(seen: Sequence[Observation]) -> tuple[Observation, ...]:
        return tuple(o for o in seen if not _is_list_for_number(o, record))

    return replace(
        record,
        observations=kept(record.observations),
        smaller=tuple((tasks, kept(seen)) for tasks, seen in record.smaller),
        heads=tuple((tasks, kept(seen)) for tasks, seen in record.heads),
    )


def _is_list_for_number(seen: Observation, record: Record) -> bool:
    return isinstance(seen.value, list) and is_number(record.held.get(seen.field))


def _of_heads(record: Record, of_all: Mapping[str, FieldLimits]) -> dict[str, FieldLimits]:
    """The limits of fields that only the classes of some tasks read."""
    fields: dict[str, FieldLimits] = {}
    for spared, observations in record.heads:
        for name, seen in _by_field(observations):
            found = _field(seen, record.held.get(name), (), record.held)
            # What the config makes of a value, it makes of it for every class.
            if found not in (FieldLimits(), of_all.get(name)):
                found = replace(found, spared=spared)
                fields[name] = _together(fields[name], found) if name in fields else found
    return fields


def _together(one: FieldLimits, other: FieldLimits) -> FieldLimits:
    """What two classes make of a field, each refusal kept to its class where the words differ."""
    if replace(one, refused=(), spared=()) != replace(other, refused=(), spared=()):
        return other
    spared = tuple(task for task in one.spared if task in other.spared)
    if one.refused == other.refused:
        return replace(one, spared=spared)
    apart = [
        replace(refusal, spared=refusal.spared or limits.spared)
        for limits in (one, other)
        for refusal in limits.refused
    ]
    return replace(one, refused=tuple(apart), spared=spared)


def _by_field(
    observations: Iterable[Observation],
) -> Iterator[tuple[str, tuple[Observation, ...]]]:
    for name, seen in groupby(observations, key=lambda observation: observation.field):
        yield name, tuple(seen)


def _spared_by_limits(name: str, relations: Iterable[Relation], record: Record) -> tuple[str, ...]:
    """Tasks whose class builds in spite of the field's own limits."""
    return tuple(
        task
        for tasks, seen in record.smaller
        for task in tasks
        if any(
            o.field == name and o.outcome == BUILT and _is_beside(o, relations, record)
            for o in seen
        )
    )


def _is_beside(seen: Observation, relations: Iterable[Relation], record: Record) -> bool:
    """Whether no relation has to do with it: of less than nothing it is a limit that says no."""
    below = is_number(seen.value) and seen.value < 0
    return below or all(_obeys(relation, seen, record) for relation in relations)


def _spared_by_relation(relation: Relation, record: Record) -> tuple[str, ...]:
    return tuple(
        task
        for tasks, seen in record.smaller
        for task in tasks
        if any(o.outcome == BUILT and not _obeys(relation, o, record) for o in seen)
    )


def _obeys(relation: Relation, seen: Observation, record: Record) -> bool:
    return holds(relation, (seen.field, seen.value), record.held)


def _field(
    seen: Sequence[Observation],
    default: Any,
    relations: Iterable[Relation],
    defaults: Mapping[str, Any],
) -> FieldLimits:
    built = [o.value for o in seen if o.outcome == BUILT]
    unread = [o.value for o in seen if o.outcome == UNREAD]
    left = {
        _key(o.value): o
        for o in seen
        if o.outcome == REFUSED
        and all(relation.holds({**defaults, o.field: o.value}) for relation in relations)
    }
    good = [*built, *unread, default]
    if isinstance(default, list):
        found = _of_list(default, [o.value for o in left.values()], good)
    else:
        found = _of_number(default, [o.value for o in left.values()], good)
    # Nothing times anything reads back.
    given = any(value != 0 for value in built) or len(unread) < _ENOUGH
    # What is refused even what it holds is a property that cannot be set.
    given = given and (default is None or _key(default) not in left)
    found = replace(found, words=_words(seen, default), item_words=_item_words(seen, default))
    return replace(
        found,
        refused=tuple(
            Refusal(value=o.value, why=_last_line(o.why))
            for o in left.values()
            if not _is_told(o.value, found, default) and _key(o.value) != _key(default)
        ),
        unread=tuple(unread) if given else (),
        given=given,
        kept=() if given else tuple(built),
    )


def _counted(held: Any) -> Any:
    """A worked-out value that others can be compared with: no floating-point numbers."""
    items = held if isinstance(held, list) else [held]
    return None if any(isinstance(item, float) for item in items) else held


_ENOUGH = 2
"""Values from which on a pattern is taken for a rule."""


def _key(value: Any) -> str:
    return repr(value)


def _of_number(default: Any, refused: Sequence[Any], good: Sequence[Any]) -> FieldLimits:
    bad, numbers = _numbers(refused), _numbers(good)
    if not bad or not numbers:
        return FieldLimits()
    least = numbers[0] if bad[0] < numbers[0] <= 1 else None
    above = None
    if least is not None and isinstance(least, float) and 0.0 in bad and least > 0:
        # Half of it, and half of that: no number is the least of those above nothing.
        least, above = None, 0.0
    unit = isinstance(numbers[-1], float) and numbers[-1] <= 1.0
    greatest = numbers[-1] if unit and bad[-1] > numbers[-1] else None
    if not is_number(default) or greatest is not None:
        return FieldLimits(least=least, greatest=greatest, above=above)
    more = [value for value in bad if value > default]
    less = [value for value in bad if max(0, least or 0) < value < default]
    return FieldLimits(
        least=least,
        above=above,
        rises=len(more) < _ENOUGH or numbers[-1] > default,
        falls=len(less) < _ENOUGH or any(0 < value < default for value in numbers),
    )


def _of_list(default: Sequence[Any], refused: Sequence[Any], good: Sequence[Any]) -> FieldLimits:
    lists = [value for value in refused if isinstance(value, list)]
    longer = any(len(value) > len(default) for value in lists)
    shorter = any(0 < len(value) < len(default) for value in lists)
    items = _numbers([v[0] for v in lists if len(v) == len(default) and len(set(v)) == 1])
    fine = _numbers([item for value in good if isinstance(value, list) for item in value])
    low = bool(items and fine) and items[0] < fine[0]
    return FieldLimits(
        rises=not longer,
        falls=not shorter,
        shortest=int([] in lists),
        item_least=fine[0] if low and fine[0] <= 1 else 1 if low and 0 in items else None,
    )


def _is_told(value: Any, limits: FieldLimits, default: Any) -> bool:
    """Whether the limits refuse a value already."""
    if isinstance(value, str):
        return bool(limits.words)
    if isinstance(value, list) and isinstance(default, list):
        return (
            len(value) < limits.shortest
            or (len(value) > len(default) and not limits.rises)
            or (len(value) < len(default) and not limits.falls)
            or (limits.item_least is not None and any(n < limits.item_least for n in value))
            or bool(limits.item_words and set(value) - set(limits.item_words))
        )
    if not is_number(value):
        return False
    return (
        (limits.least is not None and value < limits.least)
        or (limits.above is not None and value <= limits.above)
        or (limits.greatest is not None and value > limits.greatest)
        or (is_number(default) and value > default and not limits.rises)
        or (is_number(default) and value < default and not limits.falls)
    )


def _numbers(values: Iterable[Any]) -> list[float]:
    return sorted(value for value in values if is_number(value))


def _words(seen: Sequence[Observation], default: Any) -> tuple[str, ...]:
    """The words that build, where one that says nothing is refused."""
    texts = {o.value: o.outcome for o in seen if isinstance(o.value, str)}
    if texts.get(NONSENSE) != REFUSED or not isinstance(default, str):
        return ()
    good = [default, *(word for word, outcome in texts.items() if outcome == BUILT)]
    replaced = {word for word, outcome in texts.items() if outcome == UNREAD}
    # Gemma's config puts another GELU in the place of the plain one, and takes the rest.
    if {"gelu", "relu"} <= {*good, *replaced} and "relu" in good:
        gated = texts.get(f"{GATE}gelu") == BUILT
        return (ACTIVATIONS, f"{GATE}{ACTIVATIONS}") if gated else (ACTIVATIONS,)
    return tuple(sorted(set(good)))


def _item_words(seen: Sequence[Observation], default: Any) -> tuple[str, ...]:
    """The words that build as a list's last item, and those that the list holds."""
    lasts = {o.value[-1]: o.outcome for o in seen if _is_list_of_words(o.value)}
    if lasts.get(NONSENSE) != REFUSED or not _is_list_of_words(default):
        return ()
    return tuple(sorted({*default, *(word for word, how in lasts.items() if how == BUILT)}))


def _is_list_of_words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, str) for i in value)


def _last_line(why: str) -> str:
    return next((line for line in reversed(why.splitlines()) if line.strip()), "").strip()[:_WHY]
