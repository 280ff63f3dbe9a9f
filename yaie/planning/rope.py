"""`rope_parameters`, as releases before 5 spell them: in fields of their own. Data, and its use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yaie.facts.architecture import ArchitectureFacts

FIELD = "rope_parameters"
"""The field that holds all of them since 5.0."""
PLAIN: Mapping[str, tuple[str, ...]] = {
    "rope_theta": ("rope_theta", "rotary_emb_base"),
    "partial_rotary_factor": ("partial_rotary_factor", "rotary_pct"),
}
"""Parameters that had fields of their own: by these names, all of those that a config has, for
gpt_neox keeps two that only its constructor makes equal."""
SCALING = "rope_scaling"
"""The field that held the others."""
LOCAL: Mapping[str, tuple[str, ...]] = {"rope_theta": ("rope_local_base_freq", "local_rope_theta")}
"""The same for layers with a sliding window, where they had parameters of their own."""
NOTHING_SAID: Mapping[str, object] = {"rope_type": "default", "partial_rotary_factor": 1.0}
"""Values that were meant where no field said another."""


def is_former(architecture: ArchitectureFacts) -> bool:
    """Whether a config has none of today's field."""
    return FIELD not in architecture.fields


def laid_upon(own: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked over what config.json has, layer by layer where they are told apart."""
    layers = {
        name: {**own[name], **value}
        for name, value in asked.items()
        if isinstance(value, Mapping) and isinstance(own.get(name), Mapping)
    }
    return {**own, **asked, **layers}


def in_fields(
    parameters: Mapping[str, Any], architecture: ArchitectureFacts
) -> tuple[dict[str, Any], list[str]]:
    """The parameters as fields of the config, and the paths of those that it has no field for."""
    nested = {layer: p for layer, p in parameters.items() if isinstance(p, Mapping)}
    if not nested:
        return _in_fields(parameters, architecture, PLAIN, "")
    fields: dict[str, Any] = {}
    unsaid = [layer for layer in nested if layer not in ("full_attention", "sliding_attention")]
    for layer, names in (("full_attention", PLAIN), ("sliding_attention", LOCAL)):
        found, rest = _in_fields(nested.get(layer, {}), architecture, names, f"{layer}.")
        fields |= found
        unsaid += rest
    return fields, unsaid


def _in_fields(
    parameters: Mapping[str, Any],
    architecture: ArchitectureFacts,
    names: Mapping[str, tuple[str, ...]],
    path: str,
) -> tuple[dict[str, Any], list[str]]:
    said = {name: value for name, value in parameters.items() if value is not None}
    own = {name: _known(names.get(name, ()), architecture) for name in said}
    fields = {field: said[name] for name, known in own.items() for field in known}
    left = {name: value for name, value in said.items() if not own[name]}
    scaling = {name: value for name, value in left.items() if name not in PLAIN}
    lost = [n for n in left if n in PLAIN and NOTHING_SAID.get(n) != left[n]]
    meant = [n for n in scaling if NOTHING_SAID.get(n) != scaling[n]]
    if meant and names is PLAIN and SCALING in architecture.fields:
        return fields | {SCALING: scaling}, [path + name for name in lost]
    return fields, [path + name for name in (*lost, *meant)]


def _known(names: Iterable[str], architecture: ArchitectureFacts) -> list[str]:
    return [n for n in names if n in architecture.fields or n in architecture.attribute_map]
