"""Relations between fields, that explain what was refused and that no built model breaks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yaie.facts.limits import KINDS, Relation
from yaie.facts.observation import BUILT, REFUSED, Observation, is_whole


def related(
    observations: Sequence[Observation], defaults: Mapping[str, Any], held: Mapping[str, Any]
) -> Iterator[Relation]:
    """The fewest relations that no built model breaks, and that explain the numbers refused."""
    left = {
        (o.field, o.value): o.why
        for o in observations
        if o.outcome == REFUSED and is_whole(o.value) and o.value > 0
    }
    built = [(o.field, o.value) for o in observations if o.outcome == BUILT]
    found: list[tuple[Relation, frozenset[tuple[str, Any]]]] = [
        (relation, frozenset(covered))
        for relation in _imaginable(left, defaults, held)
        if _is_true(relation, built, held)
        and (covered := [seen for seen in left if not holds(relation, seen, held)])
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
        others = [n for n, value in defaults.items() if is_whole(value) and value > 0]
        related_to = [n for n in others if n != name] if is_whole(defaults.get(name)) else []
        for error, partner in _KINDS_BY_ERROR:
            if error.search(why) and is_whole(held.get(name)):
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
_MEASURES = re.compile(r"^(?!.*(_id\b|_ids\b|layers\b|index\b|version|vocab))")
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


def holds(relation: Relation, seen: tuple[str, Any], defaults: Mapping[str, Any]) -> bool:
    name, value = seen
    return name not in (relation.left, relation.right) or relation.holds({**defaults, name: value})


def _is_true(
    relation: Relation, built: Iterable[tuple[str, Any]], defaults: Mapping[str, Any]
) -> bool:
    """Whether every model that was built obeys it, one with another number among them."""
    obeying = [holds(relation, seen, defaults) for seen in built]
    fields = (relation.left, relation.right)
    moved = (name in fields and is_whole(value) and value > 0 for name, value in built)
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
