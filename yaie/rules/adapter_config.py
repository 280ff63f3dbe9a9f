"""Group `adapter`: is what its config says of the kind that peft reads?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.adapter import AdapterFacts
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, wrong
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec

TAKEN = frozenset(
    {
        *("base_layer", "bias", "modules_to_save", "original_module", "weight"),
        *("clear", "forward", "items", "keys", "pop", "training", "update", "values"),
    }
)
"""Names that peft's layers, and torch's `ModuleDict` that they keep adapters in, have already."""


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return _whole(value) or isinstance(value, float)


def _switch(value: object) -> bool:
    return isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _all(one: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(one(each) for each in value)


def _names(value: object) -> bool:
    return _text(value) or _all(_text)(value)


def _layers(value: object) -> bool:
    return _whole(value) or _all(_whole)(value)


def _numbers_by_name(value: object) -> bool:
    return isinstance(value, dict) and all(_number(each) for each in value.values())


KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "alpha_pattern": ("numbers by name", _numbers_by_name),
    "base_model_name_or_path": ("a name", _text),
    "exclude_modules": ("a pattern or a list of names", _names),
    "fan_in_fan_out": ("true or false", _switch),
    "layers_pattern": ("a name or a list of names", _names),
    "layers_to_transform": ("a whole number or a list of them", _layers),
    "lora_alpha": ("a number", _number),
    "lora_dropout": ("a number", _number),
    "modules_to_save": ("a list of names", _all(_text)),
    "r": ("a whole number", _whole),
    "rank_pattern": ("numbers by name", _numbers_by_name),
    "target_modules": ("a pattern or a list of names", _names),
    "use_dora": ("true or false", _switch),
    "use_rslora": ("true or false", _switch),
}
"""Fields that types of adapters share, and what peft 0.21 takes for each beside null."""


def fields_of_adapters_are_of_their_kind(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A field of an adapter's config is of the kind that peft reads, and a number is one.

    Upstream: a TypeError of the line that computes with it, after the model was loaded; a scale
    that is NaN makes every answer NaN without a word.
    """
    config = _config(facts.adapter)
    for name, (kind, fits) in KINDS.items():
        value = config.get(name)
        if value is not None and not fits(value):
            yield _unfit(name, value, f"{kind} is wanted")
    for name, value in config.items():
        if not _is_finite(value):
            yield _unfit(name, value, "a number that is finite is wanted")


def adapters_are_called_like_nothing_else(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter has a name that no module or parameter beside it has.

    Upstream: peft tells adapters by their names inside those of parameters, and takes the one for
    the other: a ValueError, a KeyError, or weights that are left as they were.
    """
    if not isinstance(spec.adapter, Peft):
        return
    stored = (facts.adapter.tensors if facts.adapter else None) or ()
    if spec.adapter.name in TAKEN.union(*(name.split(".") for name in stored)):
        yield wrong(
            "adapter.name",
            f"`{spec.adapter.name}` is what a module or a parameter is called that is beside the"
            " adapter, or in it",
            "`adapter.name=default`",
        )


def _config(held: AdapterFacts | None) -> Mapping[str, Any]:
    return (held.config if held else None) or {}


def _unfit(name: str, value: object, wanted: str) -> Problem:
    return refused(
        "adapter.id", f"`{name}` in its adapter_config.json is `{str(value)[:60]}`, and {wanted}"
    )


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
