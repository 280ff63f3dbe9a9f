"""From single observations of a config's fields to their limits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as field_
from itertools import groupby
from typing import Any

from yaie.facts.limits import ACTIVATIONS, GATE, KINDS, FieldLimits, Limits, Refusal, Relation
from yaie.facts.probe_values import NONSENSE

BUILT, UNREAD, REFUSED = "built", "unread", "refused"
_WHY = 90
"""Letters of an error that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What became of a model with one field changed."""

    field: str
    value: Any
    outcome: str
    """`built`, `unread` where the config says another value, or `refused`."""
    why: str = ""
    """The error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that was seen of one architecture."""

    observations: tuple[Observation, ...]
    """Of the largest model, those of a field one after another."""
    held: Mapping[str, Any]
    """The fields of the default config as built."""
    smaller: tuple[tuple[tuple[str, ...], tuple[Observation, ...]], ...] = ()
    """Tasks of a smaller model → some of the values that the largest refuses, asked again."""
    heads: tuple[tuple[tuple[str, ...], tuple[Observation, ...]], ...] = ()
    """Tasks that another class is not for → fields that it reads and the largest refused nothing
    of."""
    named_parts: tuple[str, ...] = ()
    whole_parts: Mapping[str, Mapping[str, Any]] = field_(default_factory=dict)
    replaced: tuple[str, ...] = ()
    """Fields whose default is another once a model is built."""
    needed: Mapping[str, tuple[str, ...]] = field_(default_factory=dict)
    """Field of a mapping → keys that it is refused without."""
    rope_types: tuple[str, ...] | None = None


def limits_of_record(record: Record, defaults: Mapping[str, Any]) -> Limits:
    """The limits of each field, and the relations between fields, that explain what was seen.

    `defaults` are those declared, null where `held` has a value that is worked out. Whatever
    neither limit nor relation explains is kept as it was seen.
    """
    relations = tuple(related(record.observations, defaults, record.held))
    fields = {}
    for name, seen in _by_field(record.observations):
        found = _field(seen, record.held.get(name), relations, record.held)
        if found != FieldLimits():
            fields[name] = replace(found, spared=_spared_by_limits(name, relations, record))
    for spared, observations in record.heads:
        for name, seen in _by_field(observations):
            found = _field(seen, record.held.get(name), (), record.held)
            # What the config makes of a value, it makes of it for every class.
            if found not in (FieldLimits(), fields.get(name)):
                fields[name] = replace(found, spared=spared)
    for name in record.replaced:
        found = fields.get(name, FieldLimits())
        fields[name] = replace(found, unread=(*found.unread, record.held[name]))
    for name, keys in record.needed.items():
        fields[name] = replace(fields.get(name, FieldLimits()), needed=keys)
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
        rope_types=record.rope_types,
        rope_default=rope if isinstance(rope, Mapping) else None,
    )


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
            o.field == name and o.outcome == BUILT and all(_obeys(r, o, record) for r in relations)
            for o in seen
        )
    )


def _spared_by_relation(relation: Relation, record: Record) -> tuple[str, ...]:
    return tuple(
        task
        for tasks, seen in record.smaller
        for task in tasks
        if any(o.outcome == BUILT and not _obeys(relation, o, record) for o in seen)
    )


def _obeys(relation: Relation, seen: Observation, record: Record) -> bool:
    return _holds(relation, (seen.field, seen.value), record.held)


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
    found = replace(found, words=_words(seen, default), item_words=_item_words(seen, default))
    return replace(
        found,
        refused=tuple(
            Refusal(value=o.value, why=_last_line(o.why))
            for o in left.values()
            if not _is_told(o.value, found, default)
        ),
        unread=tuple(unread) if given else (),
        given=given,
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


def related(
    observations: Sequence[Observation], defaults: Mapping[str, Any], held: Mapping[str, Any]
) -> Iterator[Relation]:
    """The fewest relations that no built model breaks, and that explain the numbers refused."""
    left = {
        (o.field, o.value): o.why
        for o in observations
        if o.outcome == REFUSED and _is_whole(o.value) and o.value > 0
    }
    built = [(o.field, o.value) for o in observations if o.outcome == BUILT]
    found: list[tuple[Relation, frozenset[tuple[str, Any]]]] = [
        (relation, frozenset(covered))
        for relation in _imaginable(left, defaults, held)
        if _is_true(relation, built, held)
        and (covered := [seen for seen in left if not _holds(relation, seen, held)])
        and _tells_enough(relation, covered, left)
    ]
    todo = set(left)
    while found and todo:
        best, explained = max(found, key=lambda one: _likelihood(one, todo, left))
        if not explained & todo:
            return
        todo -= explained
        yield best


def _tells_enough(
    relation: Relation, covered: Sequence[tuple[str, Any]], left: Iterable[tuple[str, Any]]
) -> bool:
    """A number is believed in where it explains all that was refused: there are many numbers."""
    if isinstance(relation.right, str):
        return True
    return len(covered) == len([1 for name, _ in left if name == relation.left])


def _imaginable(
    left: Mapping[tuple[str, Any], str], defaults: Mapping[str, Any], held: Mapping[str, Any]
) -> Iterator[Relation]:
    """Relations of each field that was refused, as its errors suggest them.

    A field that is worked out by default is related to numbers alone: what it would be beside
    another override is not known.
    """
    for name in dict.fromkeys(field for field, _ in left):
        why = " ".join(text for (field, _), text in left.items() if field == name)
        others = [n for n, value in defaults.items() if _is_whole(value) and value > 0]
        related_to = [n for n in others if n != name] if _is_whole(defaults.get(name)) else []
        for error, partner in _KINDS_BY_ERROR:
            if error.search(why) and _is_whole(held.get(name)):
                yield from _pairs(name, partner, related_to)


def _pairs(name: str, partner: _Partner, others: Sequence[str]) -> Iterator[Relation]:
    for other in others:
        if partner.name.search(f"{name} {other}"):
            for left, right in ((name, other), (other, name)):
                # What is taken an even number of times is the width of one head.
                kinds = (k for k in partner.kinds if "even" not in k or "head" in right)
                yield from (Relation(kind=kind, left=left, right=right) for kind in kinds)
    for number in partner.numbers:
        for kind in partner.kinds:
            yield Relation(kind=kind, left=name, right=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Partner:
    """Relations that an error may tell of, and the names of fields that may stand in them."""

    kinds: tuple[str, ...]
    name: re.Pattern[str]
    """What one of the two fields has in its name."""
    numbers: tuple[int, ...] = ()


_ANY = re.compile("")
_MEASURES = re.compile(r"^(?!.*(_id\b|_ids\b|layers\b|index\b|version))")
"""Names of fields, none of which counts tokens or layers: those divide nothing."""
_KINDS_BY_ERROR: tuple[tuple[re.Pattern[str], _Partner], ...] = (
    (re.compile("even rotary"), _Partner(kinds=("even_head",), name=_ANY, numbers=(1,))),
    (
        re.compile("Padding_idx"),
        _Partner(kinds=("below",), name=re.compile("pad")),
    ),
    (re.compile("negative power|by zero"), _Partner(kinds=("at_most",), name=re.compile("head"))),
    (
        re.compile(r"at most|less than|greater|exceed|cannot be larger|<=? |>=? "),
        _Partner(kinds=("at_most", "below"), name=_ANY),
    ),
    (
        _ANY,
        _Partner(
            kinds=("multiple", "even_quotient"),
            name=_MEASURES,
            numbers=(2, 3, 4, 6, 8, 12, 16, 32),
        ),
    ),
    (re.compile("power"), _Partner(kinds=("power",), name=re.compile("$^"), numbers=(2,))),
    (
        re.compile("odd|even"),
        _Partner(kinds=("odd_quotient",), name=re.compile("$^"), numbers=(1,)),
    ),
)


def _holds(relation: Relation, seen: tuple[str, Any], defaults: Mapping[str, Any]) -> bool:
    name, value = seen
    return name not in (relation.left, relation.right) or relation.holds({**defaults, name: value})


def _is_true(
    relation: Relation, built: Iterable[tuple[str, Any]], defaults: Mapping[str, Any]
) -> bool:
    """Whether every model that was built obeys it, one with another number among them."""
    obeying = [_holds(relation, seen, defaults) for seen in built]
    fields = (relation.left, relation.right)
    moved = (name in fields and _is_whole(value) and value > 0 for name, value in built)
    return relation.holds(defaults) and all(obeying) and any(moved)


def _likelihood(
    one: tuple[Relation, frozenset[tuple[str, Any]]],
    todo: set[tuple[str, Any]],
    why: Mapping[tuple[str, Any], str],
) -> tuple[Any, ...]:
    """More is likelier: refusals explained, fields that the errors name, heads, the usual kind."""
    relation, covered = one
    names = [name for name in (relation.left, relation.right) if isinstance(name, str)]
    text = " ".join(why[seen] for seen in covered)
    return (
        len(covered & todo),
        sum(re.search(rf"\b{re.escape(name)}\b", text) is not None for name in names),
        sum(re.search("head|group|expert", name) is not None for name in names),
        -list(KINDS).index(relation.kind),
        len(names),
        -(relation.right if isinstance(relation.right, int) else 0),
    )


def _last_line(why: str) -> str:
    return next((line for line in reversed(why.splitlines()) if line.strip()), "").strip()[:_WHY]


def is_number(value: object) -> bool:
    """Whether it is a number, as JSON has it: true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
