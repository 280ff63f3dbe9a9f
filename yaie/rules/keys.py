"""Do the weights of a checkpoint match the model?

A missing or unexpected weight is an error when the checkpoint's own class misses it or cannot
explain it either; the rest is a head or a pooler, new or dropped: said, not refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from yaie.errors import Problem
from yaie.facts.keys import KeyFacts, Mismatch, bare
from yaie.rules.new_layers import (
    new_layers_are_left_as_they_are,
    no_weight_is_cut_for_a_quantiser_of_whole_ones,
    torchao_asks_for_the_embeddings,
)
from yaie.rules.problems import refused, said, wrong
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Pretrained
from yaie.spec.wording import counted, nearest, override

SHOWN = 4
"""Groups of names that a message lists."""
MOST_RENEWED = 6
"""Modules up to which drawing them anew is offered."""
HARMLESS = re.compile(
    r"(^|\.)(masked_bias|causal_mask|position_ids|rotary_emb\.inv_freq|(en|de)coder\.version"
    r"|masked_spec_embed)$"
)
"""Buffers of former versions, computed today, and a mask that is used in training alone."""
LAYER = re.compile(r"(.+?\.\d+)\.")


def judge_keys(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """All that is wrong with the match of a checkpoint and a model, or worth saying about it."""
    yield from missing_weights_are_of_a_new_head(spec, keys)
    yield from unexpected_weights_are_of_a_dropped_head(spec, keys)
    yield from shapes_match(spec, keys)
    yield from weights_that_fit_are_renewed_by_whole_modules(spec, keys)
    yield from weights_wanted_new_are_the_models(spec, keys)
    yield from weights_given_up_are_unexpected(spec, keys)
    yield from new_layers_are_left_as_they_are(spec, keys)
    yield from torchao_asks_for_the_embeddings(spec, keys)
    yield from no_weight_is_cut_for_a_quantiser_of_whole_ones(spec, keys)


def missing_weights_are_of_a_new_head(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """A weight that the checkpoint's own class has, and the checkpoint lacks, is damage.

    Upstream: the weights are drawn at random, with a line in the log, be they a new head's or lost.
    """
    missing = [name for name in keys.missing if not _is_wanted_new(name, spec)]
    damage, new = _split(missing, keys.own_missing, keys)
    if damage:
        yield refused(
            _blamed(spec),
            f"the checkpoint lacks {counted(len(damage), 'weight')} of `{keys.asked_class}`:"
            f" {grouped(damage)}",
            _missing_hint(damage, spec),
        )
    if new:
        yield said(
            "task.name",
            f"{counted(len(new), 'weight')} of `{keys.asked_class}` are not in the checkpoint of"
            f" `{keys.own_class}`; new at random: {grouped(new)}",
            "train them before use",
        )


def unexpected_weights_are_of_a_dropped_head(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """A weight that the checkpoint's own class has no place for either is damage.

    Upstream: the weights are dropped, with a line in the log.
    """
    unexpected = [
        name
        for name in keys.unexpected
        if not HARMLESS.search(name) and not _is_given_up(name, spec)
    ]
    damage, dropped = _split(unexpected, keys.own_unexpected, keys)
    if damage:
        yield refused(
            _blamed(spec),
            f"the checkpoint has {counted(len(damage), 'weight')} with no place in"
            f" `{keys.asked_class}`: {grouped(damage)}",
            _layers_hint(spec, "smaller") or _given_up_hint(spec, damage, keys),
        )
    if dropped:
        yield said(
            "task.name",
            f"`{keys.asked_class}` drops {counted(len(dropped), 'weight')} of the checkpoint:"
            f" {grouped(dropped)}",
        )


def shapes_match(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """A weight has one shape in the checkpoint and in the model, unless it is wanted new.

    Upstream: a RuntimeError, after the weights were downloaded; or, with `ignore_mismatched_sizes`,
    random weights wherever a shape differs.
    """
    wrong = [m for m in keys.mismatched if not _is_wanted_new(m.name, spec)]
    if not wrong:
        return
    listed = ", ".join(_shapes(m) for m in wrong[:SHOWN])
    rest = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    blamed = _blamed(spec, "task.num_labels")
    restored = f"`~{blamed}`" if blamed.startswith("model.config.") else None
    renewed = _reinitialize(spec, (m.name for m in wrong))
    yield refused(
        blamed,
        f"{counted(len(wrong), 'weight')} of `{keys.asked_class}` "
        f"{'has another shape' if len(wrong) == 1 else 'have other shapes'} in the checkpoint:"
        f" {listed}{rest}",
        ", or ".join(filter(None, (restored, renewed))) or None,
    )


def weights_wanted_new_are_the_models(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """Each pattern of `weights.reinitialize` names weights; what is drawn anew is said.

    Upstream: there is nothing like it: `ignore_mismatched_sizes` takes any damage for wanted.
    """
    if not isinstance(spec.weights, Pretrained) or not keys.weights:
        return
    for pattern in spec.weights.reinitialize:
        found = [name for name in keys.weights if fnmatchcase(name, pattern)]
        if found:
            yield said(
                "weights.reinitialize",
                f"{counted(len(found), 'weight')} drawn anew from seed {spec.weights.seed}:"
                f" {grouped(found)}",
            )
        else:
            near = nearest(pattern, {_module(name) for name in keys.weights})
            yield wrong(
                "weights.reinitialize",
                f"`{pattern}` matches none of the {counted(len(keys.weights), 'weight')} of"
                f" `{keys.asked_class}`",
                f"`{override('weights.reinitialize', _renamed(pattern, near, spec))}`"
                if near
                else None,
            )


def weights_given_up_are_unexpected(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """Each pattern of `weights.ignore_unexpected` names weights that the model has no place for.

    Upstream: there is nothing like it: whatever has no place is dropped, with a line in the log.
    """
    if not isinstance(spec.weights, Pretrained) or not keys.weights:
        return
    for pattern in spec.weights.ignore_unexpected:
        found = [name for name in keys.unexpected if fnmatchcase(name, pattern)]
        if found:
            yield said(
                "weights.ignore_unexpected",
                f"{counted(len(found), 'weight')} of the checkpoint given up: {grouped(found)}",
            )
            continue
        loaded = [name for name in keys.weights if fnmatchcase(name, pattern)]
        others = [name for name in spec.weights.ignore_unexpected if name != pattern]
        yield wrong(
            "weights.ignore_unexpected",
            f"`{pattern}` matches no weight that has no place in `{keys.asked_class}`"
            + (f", but {counted(len(loaded), 'weight')} that it loads" if loaded else ""),
            f"`{override('weights.ignore_unexpected', others)}`",
        )


def weights_that_fit_are_renewed_by_whole_modules(
    spec: LoadSpec, keys: KeyFacts
) -> Iterator[Problem]:
    """A weight that the checkpoint holds in the right shape is drawn anew with its module.

    Upstream: there is nothing like it; weights that fit are loaded.
    """
    patterns = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    odd = [*keys.missing, *(mismatch.name for mismatch in keys.mismatched)]
    for pattern in patterns:
        if "*" not in pattern.removesuffix(".*") and pattern.endswith(".*"):
            continue
        if not any(fnmatchcase(name, pattern) for name in keys.weights):
            continue
        if not any(fnmatchcase(name, pattern) for name in odd):
            yield refused(
                "weights.reinitialize",
                f"`{pattern}` names weights that the checkpoint holds in the right shape, and only"
                " a whole module of them can be drawn anew: `module.*`",
            )


def _renamed(pattern: str, meant: str, spec: LoadSpec) -> list[str]:
    """The patterns that were asked for, one of them as it was meant."""
    asked = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    return [meant if name == pattern else name for name in asked]


def _shapes(mismatch: Mismatch) -> str:
    stored, built = (
        "x".join(map(str, shape)) or "a scalar" for shape in (mismatch.stored, mismatch.built)
    )
    return f"`{mismatch.name}` ({stored} there, {built} here)"


def _split(names: Iterable[str], own: Iterable[str], keys: KeyFacts) -> tuple[list[str], list[str]]:
    """Names that the checkpoint's own class reports too, and those that it explains."""
    names = list(names)
    if not keys.has_architectures or keys.own_class is None:
        return names, []
    shared = {bare(name, keys.prefix) for name in own if not HARMLESS.search(name)}
    damage = [name for name in names if bare(name, keys.prefix) in shared]
    return damage, [name for name in names if bare(name, keys.prefix) not in shared]


def _is_wanted_new(name: str, spec: LoadSpec) -> bool:
    patterns = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _is_given_up(name: str, spec: LoadSpec) -> bool:
    patterns = spec.weights.ignore_unexpected if isinstance(spec.weights, Pretrained) else ()
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def grouped(names: Iterable[str]) -> str:
    """Names by their layers, `model.layers.2.*` (9 weights), the first few and how many more."""
    groups = Counter(_group(name) for name in names)
    shown = [
        f"`{group}` ({counted(number, 'weight')})" if group.endswith(".*") else f"`{group}`"
        for group, number in list(groups.items())[:SHOWN]
    ]
    rest = len(groups) - SHOWN
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _group(name: str) -> str:
    layer = LAYER.match(name)
    return f"{layer[1]}.*" if layer else name


def _blamed(spec: LoadSpec, first: str = "") -> str:
    """The field that is to blame: an override that changes the shape of the model, else the id."""
    if first == "task.num_labels" and spec.task.num_labels is not None:
        return first
    shaping = [name for name in spec.model.config if _LAYERS.search(name) or _SIZE.search(name)]
    return f"model.config.{shaping[0]}" if len(shaping) == 1 else "model.id"


_LAYERS = re.compile(r"layer|depth")
_SIZE = re.compile(r"size|dim|heads|n_embd|d_model")


def _missing_hint(damage: list[str], spec: LoadSpec) -> str | None:
    if hint := _layers_hint(spec, "larger"):
        return hint
    return _reinitialize(spec, damage)


def _layers_hint(spec: LoadSpec, how: str) -> str | None:
    """Whether an override of a number of layers explains it."""
    for name, value in spec.model.config.items():
        if _LAYERS.search(name) and isinstance(value, int):
            return f"`~model.config.{name}`, for `{value}` is {how} than the checkpoint's"
    return None


def _reinitialize(spec: LoadSpec, names: Iterable[str]) -> str | None:
    """The override that makes new weights of these, added to those that were wanted new before.

    None for many: that is damage, not a head.
    """
    had = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    patterns = dict.fromkeys([*had, *(_module(name) for name in names)])
    if len(patterns) > MOST_RENEWED:
        return None
    listed = ",".join(f"'{pattern}'" for pattern in patterns)
    return f"`weights.reinitialize=[{listed}]` makes them new"


def _given_up_hint(spec: LoadSpec, names: Iterable[str], keys: KeyFacts) -> str | None:
    """The override that gives up what stands beside the base model: another class's head.

    None for what stands inside of it: that is damage.
    """
    had = spec.weights.ignore_unexpected if isinstance(spec.weights, Pretrained) else ()
    kept = {name.partition(".")[0] for name in keys.weights} | {keys.prefix}
    tops = dict.fromkeys(name.partition(".")[0] for name in names)
    if kept & tops.keys() or len(tops) + len(had) > MOST_RENEWED:
        return None
    listed = ",".join(f"'{pattern}'" for pattern in (*had, *(f"{top}.*" for top in tops)))
    return f"`weights.ignore_unexpected=[{listed}]` gives them up"


def _module(name: str) -> str:
    """The smallest module that a weight can be drawn anew with; a bare parameter by its name."""
    return f"{name.rpartition('.')[0]}.*" if "." in name else name
