"""`model.config`: rotary parameters, said where transformers reads them, and all that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.rope_values import (
    ANYWHERE,
    NEEDED,
    READ,
    SAMPLES,
    kind_of,
    layers_of,
    rotary_dim,
    stored_rope,
)
from yaie.rules.config_scopes import Scope, is_former, scopes
from yaie.rules.problems import refused, wrong
from yaie.rules.reading import reads_weights
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted, counted, nearest, override, overrides, quoted

ROPE = "rope_parameters"
OF_A_KIND = frozenset(key for keys in NEEDED.values() for key in keys)
"""Keys that another kind of embedding does without."""
FORMER = "rope_scaling"
"""What it was called: a config that is built takes it for the whole of today's field."""


def overrides_have_todays_spelling(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Rotary parameters are said inside `rope_parameters`: elsewhere they are silently ignored.

    Upstream: AutoConfig.for_model takes `rope_theta` for what it was, from_pretrained drops it in
    silence.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            if not is_former(name, scope.architecture) or _is_the_whole(name, scope, spec):
                continue
            today = scope.below(ROPE)
            path = today if name == FORMER else f"{today}.{name}"
            typed = overrides(path, _renamed(value))
            yield wrong(
                scope.below(name),
                f"`{name}` is part of `{ROPE}` since transformers 5, and ignored beside it",
                f"`{_whole(typed, name, scope, spec)}`",
            )


def _renamed(value: object) -> object:
    """A former `rope_scaling` with the kind under today's name."""
    if not isinstance(value, Mapping) or "type" not in value or "rope_type" in value:
        return value
    return {("rope_type" if key == "type" else key): held for key, held in value.items()}


def _is_the_whole(name: str, scope: Scope, spec: LoadSpec) -> bool:
    """Whether a former field is read for today's as a config is built, and reads back.

    A checkpoint's config is finished first, and its `rope_theta` is lost then.
    """
    if name != FORMER or scope.stored or reads_weights(spec) or ROPE in scope.overrides:
        return False
    return "" in layers_of(scope.limits.rope_default or {"": {}})


def _whole(hint: str, name: str, scope: Scope, spec: LoadSpec) -> str:
    """A hint with the rest of `rope_parameters` where the checkpoint has none to merge with."""
    if _stored(scope) is not None or name == FORMER or not reads_weights(spec):
        return hint
    return f"{hint} {scope.below(ROPE)}.rope_type=default"


def rope_parameters_are_whole(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`rope_parameters` replaces the default as a whole, its `rope_type` included.

    Upstream: a KeyError as the model is built.
    """
    for scope, asked in _asked(spec, facts):
        if not reads_weights(spec) or _stored(scope) is not None or "rope_type" in asked:
            continue
        if "" in layers_of(asked):
            yield refused(
                scope.below(ROPE),
                f"config.json has no `{ROPE}` to merge with, so the override must say"
                " `rope_type` too",
                f"`{scope.below(ROPE)}.rope_type=default`",
            )


def rope_parameters_are_for_each_type_of_layer(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Where types of layers have rotary parameters of their own, an override says whose.

    Upstream: a KeyError that names a type of layer, or parameters that no layer reads.
    """
    for scope, asked in _asked(spec, facts):
        default = scope.limits.rope_default
        if default is None or "" in layers_of(default) or "" not in layers_of(asked):
            continue
        layers = list(layers_of(default))
        whole = [(f"{layers[0]}.{key}", value) for key, value in asked.items()]
        whole += [(layer, default[layer]) for layer in layers[1:] if _stored(scope) is None]
        hints = (override(f"{scope.below(ROPE)}.{name}", value) for name, value in whole)
        yield refused(
            scope.below(ROPE),
            f"`{ROPE}` of `{scope.architecture.config_class}` are said for each type of layer:"
            f" {all_quoted(layers)}",
            f"`{' '.join(hints)}`",
        )


def rope_parameters_are_for_every_type_of_layer(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Where types of layers have rotary parameters of their own, each type's are said, and all
    sections where the class cuts them in sections.

    Upstream: the override replaces the default as a whole, and a type that it leaves out is a
    KeyError.
    """
    for scope, asked in _asked(spec, facts):
        default = scope.limits.rope_default or {}
        if _stored(scope) is not None or not _is_as_deep(asked, default):
            continue
        missing = [key for key in _needed(scope, default) if asked.get(key) is None]
        if missing:
            rest = ((f"{scope.below(ROPE)}.{name}", default[name]) for name in missing)
            yield refused(
                scope.below(ROPE),
                f"`{ROPE}` replaces the default as a whole, and says nothing for"
                f" {all_quoted(missing)}",
                f"`{' '.join(override(path, value) for path, value in rest)}`",
            )


def _is_as_deep(asked: Mapping[str, Any], default: Mapping[str, Any]) -> bool:
    return ("" in layers_of(asked)) == ("" in layers_of(default))


def _needed(scope: Scope, default: Mapping[str, Any]) -> list[str]:
    """Keys that were seen to be needed; of other types of layers than the default, theirs."""
    field = scope.limits.fields.get(ROPE)
    needed = [key for key in field.needed if key not in OF_A_KIND] if field else []
    types = scope.overrides.get("layer_types")
    if not needed or not isinstance(types, list):
        return needed
    return [key for key in default if key in types]


def rope_type_is_one_that_builds(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The kind of rotary embedding is one of which transformers builds the architecture.

    Upstream: a KeyError as the model is built; the config only warns.
    """
    for scope, asked in _asked(spec, facts):
        known = scope.limits.rope_types
        # What only config.json says, transformers may read in a way of its own (`mrope`).
        for layer, rope in layers_of(asked).items():
            kind = kind_of(rope)
            if known is None or kind in known or not {"rope_type", "type"} & rope.keys():
                continue
            path = ".".join(filter(None, (scope.below(ROPE), layer, "rope_type")))
            # `mrope` is no misspelling of `longrope`.
            near = nearest(str(kind), known, cutoff=0.7) or next(iter(known), None)
            yield wrong(
                path,
                f"`{kind}` was asked, and `rope_type` of `{scope.architecture.config_class}` is"
                f" one of {quoted(known)}",
                f"`{override(path, near)}`" if near else None,
            )


def rope_type_is_said_by_its_name(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The kind of rotary embedding is `rope_type`; by its former name it is read nowhere beside it.

    Upstream: `type` is carried along, and the model is built with the `rope_type` of before.
    """
    for scope, asked in _asked(spec, facts):
        for layer, rope in layers_of(_merged(scope, asked)).items():
            said = layers_of(asked).get(layer, {}).get("type")
            if said is None or rope.get("rope_type") in (None, said):
                continue
            path = ".".join(filter(None, (scope.below(ROPE), layer)))
            yield wrong(
                f"{path}.type",
                f"`type` is called `rope_type` today, and ignored beside it, which is"
                f" `{rope['rope_type']}`",
                f"`{override(f'{path}.rope_type', said)}`",
            )


def rope_parameters_have_what_their_type_needs(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each kind of rotary embedding has keys that transformers refuses it without.

    Upstream: a KeyError, `Missing required keys`, where a config is built; where a checkpoint's is
    changed, one as the model is built.
    """
    for scope, asked in _asked(spec, facts):
        for layer, rope in layers_of(_merged(scope, asked)).items():
            missing = [key for key in NEEDED.get(str(kind_of(rope)), ()) if key not in rope]
            path = ".".join(filter(None, (scope.below(ROPE), layer)))
            samples = [override(f"{path}.{key}", SAMPLES[key]) for key in missing if key in SAMPLES]
            if missing:
                yield refused(
                    path,
                    f"`rope_type` is `{kind_of(rope)}`, which needs {all_quoted(missing)} too",
                    f"`{' '.join(samples)}`" if len(samples) == len(missing) else None,
                )


def rope_factors_are_as_many_as_frequencies(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`longrope` has a factor for each frequency: for each two numbers of a head that are turned.

    Upstream: Phi-3's config raises a StrictDataclassClassValidationError; other models are built,
    and their first forward pass is a RuntimeError of two sizes.
    """
    for scope, asked in _asked(spec, facts):
        rope = {**(scope.limits.rope_default or {}), **_merged(scope, asked)}
        values = {**scope.values(), ROPE: rope}
        # Of DeepSeek's heads a part of its own is turned.
        known = scope.whole and "qk_rope_head_dim" not in scope.architecture.fields
        known = known and isinstance(values.get(scope.own("num_attention_heads")), int)
        number = rotary_dim({**values, **_sizes(scope, values)}) // 2
        for key in FACTORS if known and "" in layers_of(asked) else ():
            factors = asked.get(key)
            if isinstance(factors, list) and len(factors) != number:
                yield refused(
                    f"{scope.below(ROPE)}.{key}",
                    f"`{key}` has {counted(len(factors), 'factor')}, and {number} are needed, one"
                    " for each two numbers of a head that are turned",
                )


def rope_keys_are_read(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each key of `rope_parameters` is one that its kind of rotary embedding reads.

    Upstream: a key that is not read is carried along, with a warning that is not seen.
    """
    for scope, asked in _asked(spec, facts):
        merged = layers_of(_merged(scope, asked))
        for layer, rope in layers_of(asked).items():
            kind = str(kind_of(merged.get(layer, rope)))
            for key, value in rope.items() if kind in READ else ():
                path = ".".join(filter(None, (scope.below(ROPE), layer, key)))
                readers = [name for name, keys in READ.items() if key in keys]
                near = nearest(key, _KEYS, cutoff=0.8)
                if readers and kind not in readers:
                    yield refused(
                        path,
                        f"`{key}` is read by {all_quoted(readers, 'or')}, and `rope_type` is"
                        f" `{kind}`",
                        f"`~{path}`",
                    )
                elif near and near != key and not readers and key not in ANYWHERE:
                    yield wrong(
                        path,
                        f"`{key}` is read by no kind of rotary embedding; there is `{near}`",
                        f"`{override(path.removesuffix(key) + near, value)}`",
                    )


_KEYS = sorted({*ANYWHERE, *(key for keys in READ.values() for key in keys)})


def rope_numbers_stretch(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A base is above nothing, a factor stretches, and high frequencies are above low ones.

    Upstream: a warning that is not seen, or not a word; positions are turned by no sensible angle.
    """
    for scope, asked in _asked(spec, facts):
        for layer, rope in layers_of(_merged(scope, asked)).items():
            path = ".".join(filter(None, (scope.below(ROPE), layer)))
            typed = layers_of(asked).get(layer, {})
            theta, factor = _number(typed, "rope_theta"), _number(typed, "factor")
            low, high = _number(rope, "low_freq_factor"), _number(rope, "high_freq_factor")
            if theta is not None and theta <= 0:
                yield wrong(f"{path}.rope_theta", f"`{theta}` was asked, and a base is above `0`")
            if factor is not None and factor < 1:
                yield wrong(f"{path}.factor", f"`{factor}` was asked, and `factor` is at least `1`")
            if low is not None and high is not None and high <= low:
                yield from _unordered(path, low, high, typed)


def _unordered(path: str, low: float, high: float, typed: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("high_freq_factor", "low_freq_factor"):
        if key in typed:
            yield refused(
                f"{path}.{key}",
                f"`high_freq_factor` is `{high}`, and must be above `low_freq_factor`, which is"
                f" `{low}`",
            )
            return


def _number(rope: Mapping[str, Any], key: str) -> float | None:
    value = rope.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


FACTORS = ("short_factor", "long_factor")


def _sizes(scope: Scope, values: Mapping[str, Any]) -> dict[str, Any]:
    names = ("hidden_size", "num_attention_heads", "head_dim")
    return {name: values.get(scope.own(name)) for name in names}


def _asked(spec: LoadSpec, facts: Facts) -> Iterator[tuple[Scope, Mapping[str, Any]]]:
    """Each override of `rope_parameters` by a mapping that says something."""
    for scope in scopes(spec, facts):
        asked = scope.overrides.get(ROPE)
        if FORMER in scope.overrides and _is_the_whole(FORMER, scope, spec):
            asked = scope.overrides[FORMER]
        if isinstance(asked, Mapping) and asked and ROPE in scope.architecture.fields:
            yield scope, asked


def _stored(scope: Scope) -> Mapping[str, Any] | None:
    """What an override of `rope_parameters` is merged into."""
    return stored_rope(scope.stored, scope.limits.rope_default) if scope.stored else None


def _merged(scope: Scope, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as they will be, those of each type of layer merged for themselves."""
    stored = _stored(scope) or {}
    inner = {
        key: {**stored[key], **value}
        for key, value in asked.items()
        if isinstance(value, Mapping) and isinstance(stored.get(key), Mapping)
    }
    return {**stored, **asked, **inner}
