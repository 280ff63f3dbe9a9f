"""`model.config`: does transformers build a model of the values that were asked, as observed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.limits import ACTIVATIONS, GATE, KINDS, FieldLimits, Relation, size
from yaie.rules.activations import NAMES
from yaie.rules.config_scopes import Scope, scopes
from yaie.rules.problems import refused, wrong
from yaie.rules.reading import asked_class, reads_weights
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted, counted, nearest, override, quoted


def overrides_are_within_their_limits(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A number is not below or above the numbers of which transformers builds a model.

    Upstream: torch raises a RuntimeError, `Trying to create tensor with negative dimension`, once
    the files were downloaded; a division by nothing is a ZeroDivisionError.
    """
    for scope, name, value, limits in _limited(spec, facts):
        if not _is_number(value):
            continue
        if limits.least is not None and value < limits.least:
            yield _beyond(scope, name, value, "at least", limits.least)
        if limits.greatest is not None and value > limits.greatest:
            yield _beyond(scope, name, value, "at most", limits.greatest)
        if limits.above is not None and value <= limits.above:
            yield _beyond(scope, name, value, "above", limits.above)


def overrides_are_words_that_transformers_knows(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A word is one of those of which transformers builds a model: an activation of ACT2FN, say.

    Upstream: a KeyError or a ValueError as the model is built, after the download.
    """
    for scope, name, value, limits in _limited(spec, facts):
        words = tuple(word for word in _spelt_out(limits.words) if word not in limits.unread)
        if words and isinstance(value, str) and value not in (*words, *limits.unread):
            yield _unknown_word(scope, name, value, words)
        if limits.item_words and isinstance(value, list):
            yield from _unknown_items(scope, name, value, limits.item_words)


def lists_have_their_length(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A list, or a number that counts, goes with others that stay as they are: so does it.

    Upstream: an IndexError, as a rule, as the model is built; a TypeError of a list where the
    config's type admits one and the model reckons with a number.
    """
    for scope, name, value, limits in _limited(spec, facts):
        now = _now(scope, name, limits)
        if isinstance(value, list) and not limits.lists:
            yield refused(
                scope.below(name),
                f"`{value}` was asked, and `{scope.architecture.config_class}` builds nothing with"
                f" a list for `{name}`",
                _default_hint(scope, name),
            )
            continue
        asked, held = size(value), size(now)
        if isinstance(value, list) and len(value) < limits.shortest:
            path = scope.below(name)
            yield wrong(path, f"`{value}` was asked, and `{name}` has at least one item")
        elif name in LAYER_LISTS or asked is None or held is None or type(value) is not type(now):
            continue
        elif (asked > held and not limits.rises) or (asked < held and not limits.falls):
            yield from () if _is_moved_along(scope, name) else (_rigid(scope, name, value, now),)


def lists_that_go_together_have_one_length(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Lists that were seen to build with neither more nor fewer items keep to one length.

    Upstream: a StrictDataclassClassValidationError, or an IndexError as the model is built.
    """
    for scope in scopes(spec, facts):
        lists, values = _rigid_lists(scope), scope.values()
        for name, value in scope.overrides.items():
            held = lists.get(scope.own(name))
            if not isinstance(value, list) or held is None or held == len(value):
                continue
            others = (other for other, number in lists.items() if number == held)
            odd = [other for other in others if size(values.get(other)) != len(value)]
            if odd and _is_moved_along(scope, name):
                yield refused(
                    scope.below(name),
                    f"`{name}` has {counted(len(value), 'item')}, and so must {all_quoted(odd)} of"
                    f" `{scope.architecture.config_class}`",
                )


def _rigid_lists(scope: Scope) -> dict[str, int]:
    """The length of each list that was seen to build with no other, as it is without overrides."""
    rigid = (n for n, limits in scope.limits.fields.items() if not (limits.rises or limits.falls))
    now = {n: scope.values_without(n) for n in rigid if n not in LAYER_LISTS}
    return {name: len(value) for name, value in now.items() if isinstance(value, list)}


def layers_have_a_type_each(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A list of the layers' types names as many as there are layers.

    Upstream: a StrictDataclassClassValidationError where a config is built, an IndexError of the
    model where a checkpoint's is changed.
    """
    for scope in scopes(spec, facts):
        count = size(scope.values().get(scope.own("num_hidden_layers")))
        for name, value in scope.overrides.items():
            listed = name in LAYER_LISTS and isinstance(value, list)
            if not listed or count is None or len(value) == count or _may_differ(scope, name):
                continue
            yield refused(
                scope.below(name),
                f"`{name}` names the types of {counted(len(value), 'layer')}, and there are"
                f" {count:,}",
                f"`{override(scope.below('num_hidden_layers'), len(value))}`" if value else None,
            )


def _may_differ(scope: Scope, name: str) -> bool:
    """Whether a list of types was seen to build with more or fewer than there are layers."""
    limits = scope.limits.fields.get(name)
    if limits is None:
        # Of an architecture that was observed: nothing was refused.
        return bool(scope.limits.fields)
    return bool(limits.item_words) and (limits.rises or limits.falls)


LAYER_LISTS = ("layer_types", "mlp_layer_types")
"""Fields that list a type for each layer, as transformers' validators name them."""


def items_are_within_their_limits(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A number in a list is not below those of which transformers builds a model.

    Upstream: torch raises a RuntimeError, `Trying to create tensor with negative dimension`.
    """
    for scope, name, value, limits in _limited(spec, facts):
        if not isinstance(value, list) or limits.item_least is None:
            continue
        low = [item for item in value if _is_number(item) and item < limits.item_least]
        if low:
            yield wrong(
                scope.below(name),
                f"`{low[0]}` was asked, and each of `{name}` is at least `{limits.item_least}`",
            )


def overrides_build_a_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No value is one with which transformers was seen to build nothing.

    Upstream: the error that the message quotes, after the download.
    """
    model = asked_class(facts)
    if model is not None and model.obstacle is not None:
        # It was seen of other classes, and what they refuse may be what this one needs.
        return
    for scope, name, value, limits in _limited(spec, facts):
        for refusal in limits.refused:
            if facts.task in refusal.spared:
                continue
            if not _is(value, refusal.value) or _is_lifted(scope, name):
                continue
            if _is_sure(scope, name, value):
                yield refused(
                    scope.below(name),
                    f"{_shown(value)} was asked, and `{scope.architecture.config_class}` builds"
                    f" nothing with it: `{refusal.why}`",
                    ", or ".join(filter(None, (_lifting(scope, name), _default_hint(scope, name))))
                    or None,
                )


def overrides_are_taken_as_they_are(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No value is one that the config replaces by another as it is built.

    Upstream: the override is dropped in silence.
    """
    for scope, name, value, limits in _limited(spec, facts):
        if reads_weights(spec) and scope.is_outermost:
            # from_pretrained sets an override upon the finished config.
            continue
        if any(_is(value, kept) for kept in limits.kept):
            continue
        if not limits.given and value != _now(scope, name, limits):
            yield refused(
                scope.below(name),
                f"{_shown(value)} was asked, and `{scope.architecture.config_class}` works out"
                f" `{name}` by itself, so that it does not read back",
                f"`~{scope.below(name)}`",
            )
        elif any(_is(value, unread) for unread in limits.unread):
            yield refused(
                scope.below(name),
                f"{_shown(value)} was asked, and `{scope.architecture.config_class}` puts another"
                f" value in its place, so that it does not read back",
                f"`~{scope.below(name)}`",
            )


def overrides_agree_with_other_fields(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What must divide another field, or be no more than it, does: heads, groups, experts.

    Upstream: a StrictDataclassClassValidationError, or a ValueError as the model is built.
    """
    for scope in scopes(spec, facts):
        typed, values = scope.typed(), scope.values()
        if size(values.get(scope.own("num_hidden_layers"))) == 0:
            # What asks is, as a rule, a layer, and there is none.
            continue
        for relation in scope.limits.relations:
            own = next((n for n in (relation.left, relation.right) if n in typed), None)
            if own is None or facts.task in relation.spared or relation.holds(values):
                continue
            yield refused(
                scope.below(typed[str(own)]),
                _disagreement(relation, values, typed),
                _agreeing(scope, relation, values, typed),
            )


def _limited(spec: LoadSpec, facts: Facts) -> Iterator[tuple[Scope, str, Any, FieldLimits]]:
    """Each override of which something was observed that holds for the task."""
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            limits = scope.limits.fields.get(scope.own(name))
            if limits is not None and facts.task not in limits.spared:
                yield scope, name, value, limits


def _beyond(scope: Scope, name: str, value: object, words: str, limit: float) -> Problem:
    path = scope.below(name)
    return wrong(
        path,
        f"`{value}` was asked, and `{name}` is {words} `{limit}`",
        _default_hint(scope, name) or (None if words == "above" else f"`{override(path, limit)}`"),
    )


def _unknown_word(scope: Scope, name: str, word: str, words: tuple[str, ...]) -> Problem:
    default = scope.values_without(name)
    meant = nearest(word, words) or (default if default in words else None)
    return wrong(
        scope.below(name),
        f"`{word}` was asked, and `{name}` is one of {quoted(words, shown=30)}",
        f"`{override(scope.below(name), meant)}`" if meant else None,
    )


def _unknown_items(
    scope: Scope, name: str, items: list[Any], words: tuple[str, ...]
) -> Iterator[Problem]:
    unknown = dict.fromkeys(i for i in items if isinstance(i, str) and i not in words)
    near = {word: nearest(word, words) for word in unknown}
    meant = [near.get(item, item) for item in items]
    for word in unknown:
        yield wrong(
            scope.below(name),
            f"`{word}` was asked, and each of `{name}` is one of {quoted(words, shown=30)}",
            f"`{override(scope.below(name), meant)}`" if None not in meant else None,
        )


def _rigid(scope: Scope, name: str, value: object, now: object) -> Problem:
    of = "as many items as" if isinstance(value, list) else "the number"
    return refused(
        scope.below(name),
        f"`{value}` was asked, and other fields of `{scope.architecture.config_class}` go with"
        f" {of} `{now}`",
        f"`~{scope.below(name)}`",
    )


def _now(scope: Scope, name: str, limits: FieldLimits) -> Any:
    """What a field would be without its override, worked out by the default config if need be."""
    now = scope.values_without(name)
    return limits.held if now is None and scope.whole and not scope.stored else now


def _is_moved_along(scope: Scope, name: str) -> bool:
    """Whether another override may be one that the field goes with: both are moved, then."""
    fields = scope.limits.fields
    others = (fields.get(scope.own(other)) for other in scope.overrides if other != name)
    return any(other is not None and not (other.rises and other.falls) for other in others)


def _is_sure(scope: Scope, name: str, value: object) -> bool:
    """Whether a refusal does not hang on what the other fields are by default."""
    if value is None or value == 0:
        return True
    return not scope.stored and not _is_moved_along(scope, name)


LIFTED_BY: Mapping[str, Mapping[str, bool]] = {
    "add_cross_attention": {"is_decoder": True, "multi_query": False},
    "use_intermediate_ffn_before_adapter": {"add_adapter": True},
    "use_weighted_masking": {"use_masking": False},
}
"""Switches that are refused with all others as they are by default → those that let them be."""


def _is_lifted(scope: Scope, name: str) -> bool:
    values = scope.values()
    others = LIFTED_BY.get(scope.own(name), {})
    return any(_is(values.get(scope.own(other)), switch) for other, switch in others.items())


def _lifting(scope: Scope, name: str) -> str | None:
    """The switch of the architecture that lets another be, as an override."""
    for other, switch in LIFTED_BY.get(scope.own(name), {}).items():
        field = scope.architecture.fields.get(scope.own(other))
        if field is not None and field.default is not switch:
            return f"`{override(scope.below(other), switch)}`"
    return None


def _default_hint(scope: Scope, name: str) -> str | None:
    default = scope.values_without(name)
    return None if default is None else f"`{override(scope.below(name), default)}`"


def _disagreement(relation: Relation, values: Mapping[str, Any], typed: Mapping[str, str]) -> str:
    left = typed.get(relation.left, relation.left)
    told = f"`{left}` is `{values[relation.left]}`"
    right = relation.right
    other = (
        f"`{right}`"
        if isinstance(right, int)
        else f"`{typed.get(right, right)}`, which is `{values[right]}`"
    )
    return f"{told}, and must be {KINDS[relation.kind].words} {other}"


def _agreeing(
    scope: Scope, relation: Relation, values: Mapping[str, Any], typed: Mapping[str, str]
) -> str | None:
    """The nearest value of the overridden field with which the relation holds."""
    name = relation.left if relation.left in typed else str(relation.right)
    asked = values[name]
    if not isinstance(asked, int):
        return None
    for distance in range(1, _TRIED):
        for value in (asked + distance, asked - distance):
            if value > 0 and relation.holds({**values, name: value}):
                return f"`{override(scope.below(typed[name]), value)}`"
    return None


_TRIED = 1000
"""Values on either side that are tried for a hint."""


def _spelt_out(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words themselves, in the place of what stands for every activation, or gated one."""
    if ACTIVATIONS not in words:
        return words
    gated = tuple(f"{GATE}{name}" for name in NAMES) if f"{GATE}{ACTIVATIONS}" in words else ()
    return NAMES + gated


def _shown(value: object) -> str:
    return "`null`" if value is None else f"`{value}`"


def _is(value: object, other: object) -> bool:
    """Equal and of one type, as JSON has it: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
