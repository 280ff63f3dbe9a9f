"""Rotary parameters: what each kind needs, and what a config.json says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEEDED: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "axial": (),
    "linear": ("factor",),
    "dynamic": ("factor",),
    "yarn": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor"),
    "longrope": ("short_factor", "long_factor"),
    "proportional": (),
}
"""Keys that a kind of rotary embedding is refused without; transformers fills in `rope_theta` and
`original_max_position_embeddings`."""

_LONG = ("factor", "attention_factor")
READ: Mapping[str, tuple[str, ...]] = {
    **NEEDED,
    "yarn": (*_LONG, "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate"),
    "longrope": (*_LONG, "short_factor", "long_factor"),
    "proportional": ("factor",),
}
"""Keys that a kind of rotary embedding reads, those that every kind does left out."""
ANYWHERE = ("rope_theta", "rope_type", "partial_rotary_factor", "original_max_position_embeddings")
"""Keys that say something of any kind, or do no harm."""


LEGACY = ("rope_theta", "rope_scaling", "partial_rotary_factor")
"""Fields of a config.json that live inside of `rope_parameters` since transformers 5."""
SAMPLES: Mapping[str, float] = {"factor": 2.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
"""A usual number for a key."""
_STRETCHED = ("llama3", "yarn", "longrope")
"""Kinds that know the positions that a model was trained with."""


def kind_of(rope: Mapping[str, Any]) -> Any:
    """The kind of embedding that rotary parameters are for, as transformers reads it."""
    return rope.get("rope_type", rope.get("type", "default"))


def layers_of(rope: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parameters of each type of layer, by its name; all of them under `` where layers share
    them."""
    nested = {key: value for key, value in rope.items() if isinstance(value, Mapping)}
    return nested or {"": rope}


def stored_rope(
    config: Mapping[str, Any], default: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """What a config.json says of rotary parameters, in today's spelling; None where it and the
    architecture's default say nothing that a former spelling could be laid upon."""
    stored = config.get("rope_parameters")
    if isinstance(stored, Mapping):
        return stored
    if default is None or "" not in layers_of(default):
        return None
    scaling = config.get("rope_scaling")
    scaling = dict(scaling) if isinstance(scaling, Mapping) else {}
    rope = dict(default) | {k: config[k] for k in LEGACY if k in config and k != "rope_scaling"}
    rope |= {key: value for key, value in scaling.items() if key != "type"}
    if scaling:
        rope["rope_type"] = kind_of(scaling)
    if rope.get("rope_type") in _STRETCHED and "max_position_embeddings" in config:
        trained = config.get("original_max_position_embeddings", config["max_position_embeddings"])
        rope.setdefault("original_max_position_embeddings", trained)
    return rope


def whole_rope(kind: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """`rope_parameters` of a kind, for a config that holds these fields: a mapping for each type
    of layer where it holds one."""
    now = held.get("rope_parameters") or {}
    whole = {"rope_type": kind, **{key: _sample(key, held) for key in NEEDED.get(kind, ())}}
    layers = [key for key, value in now.items() if isinstance(value, Mapping)]
    whole |= {key: value for key, value in now.items() if key.startswith("mrope")}
    return {layer: dict(whole) for layer in layers} or whole


def _sample(key: str, held: Mapping[str, Any]) -> Any:
    return SAMPLES.get(key) or [1.0] * (rotary_dim(held) // 2)


def rotary_dim(held: Mapping[str, Any]) -> int:
    """Numbers of each head that are turned, two where it is not known."""
    hidden, heads = held.get("hidden_size"), held.get("num_attention_heads")
    dim = held.get("head_dim")
    if isinstance(hidden, int) and isinstance(heads, int) and heads and not dim:
        dim = hidden // heads
    rope = held.get("rope_parameters") or {}
    part = rope.get("partial_rotary_factor", 1.0)
    return int(dim * part) if isinstance(dim, int) and isinstance(part, float | int) else 2
