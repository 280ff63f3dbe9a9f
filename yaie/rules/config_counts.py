"""`model.config`: do counts go together that a model, once built, needs to run?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.limits import size
from yaie.rules.config_scopes import Scope, scopes
from yaie.rules.problems import refused
from yaie.rules.reading import own_config
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import override

EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
"""Names of the number of experts, an architecture having one of them."""


MOST_LAYERS = 10_000
"""A layer takes transformers 2 ms and 50 kB to make on `meta`; the deepest models have hundreds."""
MOST = 2**62
"""torch counts the bytes of a tensor by 64 bits with a sign: more of 16 bits overflow."""
LAYERS = re.compile(r"(^|_)(layers?|depths?|blocks)$")
"""Names of numbers of layers."""


def layers_can_be_made(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A model has no more layers than can be made one by one.

    Upstream: each is made as modules of Python, be it on `meta`: a billion of them fill the memory.
    """
    said = spec.model.config
    for path, value in _layers("", {**own_config(spec, facts), **said}):
        is_typed = path.partition(".")[0] in said
        yield refused(
            f"model.config.{path}" if is_typed else "model.id",
            f"`{value}` layers were asked by `{path}`, and more than {MOST_LAYERS:,} take"
            " transformers longer than anyone waits to make, one by one",
            f"`~model.config.{path}`" if is_typed else None,
        )


def _layers(prefix: str, config: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Numbers of layers that are too many, each by its path."""
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _layers(f"{prefix}{name}.", value)
        numbers = value if isinstance(value, list) else [value]
        counts = [size(number) or 0 for number in numbers if not isinstance(number, list)]
        if LAYERS.search(name) and max(counts, default=0) > MOST_LAYERS:
            yield f"{prefix}{name}", max(counts)


def sizes_can_be_counted(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No side of a weight is longer than torch can count.

    Upstream: a TypeError (`Overflow when unpacking long`), or a RuntimeError (`Storage size
    calculation overflowed`), as the model is built.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            limits = scope.limits.fields.get(scope.own(name))
            is_side = scope.own(name) in {scope.own(side) for side in SIDES}
            is_side |= limits is not None and limits.least is not None
            if is_side and (size(value) or 0) >= MOST:
                yield refused(
                    scope.below(name),
                    f"`{value}` was asked for `{name}`, and torch cannot count so far",
                    f"`~{scope.below(name)}`",
                )


SIDES = ("hidden_size", "vocab_size", "intermediate_size")
"""Lengths of weights everywhere; elsewhere a field is one if negative numbers were refused."""


def key_value_heads_divide_the_heads(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each head of keys and values serves as many heads of queries as the others.

    Upstream: the model is built, and its first forward pass is a RuntimeError of two shapes.
    """
    for scope in scopes(spec, facts):
        heads, shared = _count(scope, "num_attention_heads"), _count(scope, "num_key_value_heads")
        said = _said(scope, "num_key_value_heads", "num_attention_heads")
        if said is None or heads is None or shared is None:
            continue
        if min(heads, shared) < 1 or heads % shared == 0:
            continue
        divisors = [number for number in range(1, heads + 1) if heads % number == 0]
        near = min(divisors, key=lambda number: abs(number - shared))
        yield refused(
            scope.below(said),
            f"{heads} heads share {shared} of keys and values, and cannot share them evenly",
            f"`{override(scope.below('num_key_value_heads'), near)}`",
        )


def experts_chosen_are_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A token goes to no more experts than there are.

    Upstream: the model is built, and its first forward pass is a RuntimeError, `selected index k
    out of range`.
    """
    for scope in scopes(spec, facts):
        name = next((n for n in EXPERTS if scope.own(n) in scope.architecture.fields), "")
        there, chosen = _count(scope, name), _count(scope, "num_experts_per_tok")
        said = _said(scope, "num_experts_per_tok", name)
        if said is None or there is None or chosen is None or chosen <= there:
            continue
        yield refused(
            scope.below(said),
            f"a token goes to `{chosen}` experts, and there are `{there}`",
            f"`{override(scope.below('num_experts_per_tok'), there)}`" if there > 0 else None,
        )


def groups_divide_the_experts(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Experts are chosen among those of the best groups: groups are of one size, and are there.

    Upstream: the model is built, and its first forward pass is a RuntimeError, `shape is invalid`
    or `selected index k out of range`.
    """
    for scope in scopes(spec, facts):
        experts, groups = _count(scope, "n_routed_experts"), _count(scope, "n_group")
        chosen = _count(scope, "topk_group")
        said = _said(scope, "n_group", "n_routed_experts")
        if said and experts and groups and experts % groups:
            near = [number for number in range(1, experts + 1) if experts % number == 0]
            yield refused(
                scope.below(said),
                f"`{groups}` groups share `{experts}` experts, and cannot share them evenly",
                f"`{override(scope.below('n_group'), min(near, key=lambda n: abs(n - groups)))}`",
            )
        said = _said(scope, "topk_group", "n_group")
        if said and chosen and groups and chosen > groups:
            yield refused(
                scope.below(said),
                f"experts are chosen among those of `{chosen}` groups, and there are `{groups}`",
                f"`{override(scope.below('topk_group'), groups)}`",
            )


DROPPED = re.compile(r"drop(out)?(_prob|_rate)?$|_drop(_|out_)prob|pdrop$")
"""Names of probabilities with which something is dropped."""


def what_is_dropped_is_a_probability(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A dropout is from 0 to 1.

    Upstream: the model is built where no module of torch asks, and its first forward pass in
    training is a ValueError.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            field = scope.architecture.fields.get(scope.own(name))
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            is_number = is_number and isfinite(value)
            if field is None or "float" not in field.type or not DROPPED.search(scope.own(name)):
                continue
            told = scope.limits.fields.get(scope.own(name))
            if is_number and not 0 <= value <= 1 and not (told and told.greatest is not None):
                yield refused(
                    scope.below(name),
                    f"`{value}` was asked, and `{name}` is from `0.0` to `1.0`",
                    f"`{override(scope.below(name), 0.1)}`",
                )


def padding_is_a_token(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The token that pads has a row in the embedding, as every token has.

    Upstream: an AssertionError, `Padding_idx must be within num_embeddings`, as the model is built;
    an IndexError at the first batch that is padded where the embedding does not ask.
    """
    for scope in scopes(spec, facts):
        rows, token = _count(scope, "vocab_size"), _count(scope, "pad_token_id")
        said = _said(scope, "pad_token_id", "vocab_size")
        if said is None or not rows or token is None or token < rows:
            continue
        yield refused(
            scope.below(said),
            f"`pad_token_id` is `{token}`, and the last of {rows:,} tokens is `{rows - 1}`",
            f"`{override(scope.below('pad_token_id'), rows - 1)}`",
        )


def _count(scope: Scope, name: str) -> int | None:
    """What is known of a number that the config has a field for."""
    own = scope.own(name)
    return size(scope.values().get(own)) if own in scope.architecture.fields else None


def _said(scope: Scope, *names: str) -> str | None:
    """The first of some fields that an override names, as it was typed."""
    typed = scope.typed()
    return next((typed[scope.own(name)] for name in names if scope.own(name) in typed), None)
