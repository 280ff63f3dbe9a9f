"""Random config overrides: sensible ones, and those that people get wrong. Imports transformers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Literal, get_args, get_origin

from yaie.rules.call_keywords import KEYWORDS
from yaie.spec.task import HEAD_FIELDS

Override = tuple[str, Any]
"""A name and a value, nested as config.json is."""
Maker = Callable[[Random, "ConfigShape"], Override | None]

OTHER_TYPES = (3, 0.5, True, "many", None, [1, 2], {"a": 1})
BASE = ("output_attentions", "output_hidden_states", "return_dict", "chunk_size_feed_forward")
"""Fields of every config, drawn less often than their number would have it."""
UNSAID = frozenset({"architectures", "transformers_version", *HEAD_FIELDS, *KEYWORDS})
"""Fields that are typed elsewhere than in `model.config`, or not at all."""


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigShape:
    """What overrides can be made from: a config class's fields with their defaults."""

    types: Mapping[str, Any]
    defaults: Mapping[str, Any]
    aliases: Mapping[str, str]
    parts: Mapping[str, ConfigShape]
    """Sub-config field → its shape."""


def shape(config: Any) -> ConfigShape:
    """The shape of a built config."""
    fields = {f.name: f.type for f in dataclasses.fields(config) if f.name not in UNSAID}
    parts = {name: getattr(config, name, None) for name in config.sub_configs_defaults}
    return ConfigShape(
        types={name: kind for name, kind in fields.items() if not name.startswith("_")},
        defaults={name: _plain(_value(config, name)) for name in fields},
        aliases=dict(config.attribute_map),
        parts={name: shape(part) for name, part in parts.items() if _is_config(part)},
    )


def draw(rng: Random, shape: ConfigShape) -> tuple[str, Override] | None:
    """A kind of override and an override of that kind; None where the shape has none of it."""
    kind = rng.choices(list(MAKERS), weights=[WEIGHTS.get(name, 1) for name in MAKERS])[0]
    made = MAKERS[kind](rng, shape)
    return (kind, made) if made else None


def _value(config: Any, name: str) -> Any:
    try:
        return getattr(config, name, None)
    except RuntimeError:
        # Upstream has no single value for a field that differs from layer to layer.
        return None


def _is_config(value: Any) -> bool:
    return hasattr(value, "sub_configs_defaults")


def _plain(value: Any) -> Any:
    """A default as config.json would hold it; a part of its own is left out."""
    if _is_config(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _field(rng: Random, shape: ConfigShape, fits: Callable[[Any], bool]) -> str | None:
    names = [name for name in shape.types if name not in shape.parts and fits(shape.defaults[name])]
    names = [name for name in names if name not in BASE or rng.random() < 0.1]
    return rng.choice(names) if names else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(change: Callable[[Any], Any]) -> Maker:
    def make(rng: Random, shape: ConfigShape) -> Override | None:
        name = _field(rng, shape, _is_number)
        return (name, change(shape.defaults[name])) if name else None

    return make


def _halved(value: Any) -> Any:
    return value // 2 if isinstance(value, int) else value / 2


def _flipped(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda value: isinstance(value, bool))
    return (name, not shape.defaults[name]) if name else None


def _same(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda value: value is not None)
    return (name, shape.defaults[name]) if name else None


def _literal(rng: Random, shape: ConfigShape) -> Override | None:
    found = [(n, c) for n, kind in shape.types.items() if (c := _choices(kind))]
    if not found:
        return None
    name, choices = rng.choice(found)
    return name, rng.choice([*choices, "nonsense"])


def _choices(kind: Any) -> list[Any]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _text(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda value: isinstance(value, str))
    return (name, rng.choice(["gelu", "relu", "silu", "nonsense", ""])) if name else None


def _other_type(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda _: True)
    return (name, rng.choice(OTHER_TYPES)) if name else None


def _null(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda value: value is not None)
    return (name, None) if name else None


def _near_typo(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, _is_number)
    if name is None:
        return None
    place = rng.randrange(1, len(name))
    typos = (name[:place] + name[place:][1:], name[:place] + name[place - 1] + name[place:])
    return rng.choice(typos), shape.defaults[name]


def _unknown(rng: Random, shape: ConfigShape) -> Override:
    names = ("flavour", "n_head", "hidden_dim", "num_experts", "rope_theta", "d_model", "dropout")
    return rng.choice(names), rng.choice([1, 8, 0.5, "x"])


def _alias(rng: Random, shape: ConfigShape) -> Override | None:
    if not shape.aliases:
        return None
    alias, own = rng.choice(sorted(shape.aliases.items()))
    value = shape.defaults.get(own)
    if value is None or not _is_number(value):
        return alias, value
    return alias, rng.choice([value, value * 2, _halved(value)])


def _in_part(rng: Random, shape: ConfigShape) -> Override | None:
    if not shape.parts:
        return None
    part = rng.choice(sorted(shape.parts))
    drawn = draw(rng, shape.parts[part])
    return (part, dict([drawn[1]])) if drawn else None


def _of_part_on_top(rng: Random, shape: ConfigShape) -> Override | None:
    """A field of a part, said of the whole, as people do who have a text model in mind."""
    if not shape.parts:
        return None
    part = shape.parts[rng.choice(sorted(shape.parts))]
    name = _field(rng, part, _is_number)
    return (name, part.defaults[name]) if name else None


def _nested(rng: Random, shape: ConfigShape) -> Override | None:
    """One key of a field that is a mapping, such as `rope_parameters`."""
    name = _field(rng, shape, lambda value: isinstance(value, dict) and bool(value))
    if name is None:
        return None
    key = rng.choice(sorted(shape.defaults[name]))
    value = shape.defaults[name][key]
    return name, {key: value * 2 if _is_number(value) else value}


def _rope(rng: Random, shape: ConfigShape) -> Override | None:
    if "rope_parameters" not in shape.types:
        return None
    return rng.choice(
        [
            ("rope_parameters", {"rope_theta": 5000.0}),
            ("rope_parameters", {"rope_type": "default", "rope_theta": 5000.0}),
            ("rope_parameters", {"rope_type": "linear", "factor": 2.0}),
            ("rope_parameters", {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e6}),
            ("rope_parameters", {"rope_type": "nonsense"}),
            ("rope_theta", 5000.0),
            ("rope_scaling", {"rope_type": "linear", "factor": 2.0}),
            ("partial_rotary_factor", 0.5),
        ]
    )


def _list(rng: Random, shape: ConfigShape) -> Override | None:
    name = _field(rng, shape, lambda value: isinstance(value, list) and bool(value))
    if name is None:
        return None
    value = shape.defaults[name]
    return name, rng.choice([value[:-1], [*value, value[-1]], value[::-1]])


def _new_layers(rng: Random, shape: ConfigShape) -> Override | None:
    """Layers, heads and widths by the names that most have, whatever they map to."""
    names = ("num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size")
    there = [name for name in names if _is_number(shape.defaults.get(_own(name, shape)))]
    if not there:
        return None
    name = rng.choice(there)
    value = shape.defaults[_own(name, shape)]
    return name, rng.choice([value * 2, max(1, value // 2), value + 1, 1, 0, -1])


def _own(name: str, shape: ConfigShape) -> str:
    return shape.aliases.get(name, name)


MAKERS: Mapping[str, Maker] = {
    "doubled": _number(lambda value: value * 2),
    "halved": _number(_halved),
    "one more": _number(lambda value: value + 1),
    "negative": _number(lambda value: -1),
    "flipped": _flipped,
    "the default": _same,
    "one of its words": _literal,
    "other text": _text,
    "other type": _other_type,
    "null": _null,
    "near typo": _near_typo,
    "unknown": _unknown,
    "alias": _alias,
    "field of a part": _in_part,
    "field of a part on top": _of_part_on_top,
    "nested": _nested,
    "rotary": _rope,
    "list": _list,
    "layers and widths": _new_layers,
}
WEIGHTS = {
    "doubled": 3,
    "halved": 3,
    "layers and widths": 3,
    "field of a part": 4,
    "flipped": 2,
    "the default": 2,
    "one of its words": 2,
    "nested": 2,
    "negative": 0.3,
    "near typo": 0.4,
    "unknown": 0.4,
}
