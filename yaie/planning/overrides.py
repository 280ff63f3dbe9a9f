"""Config overrides as the calls need them: under the config's own names, merged into its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaie.facts.facts import Facts
from yaie.spec.load_spec import LoadSpec

IDENTITY = frozenset({"model_type", "architectures", "transformers_version", "_name_or_path"})
"""Fields of config.json that say what it is rather than how the model is built."""


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`: mappings merge, all else replaces."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[name] = merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def asked(spec: LoadSpec, facts: Facts) -> dict[str, Any]:
    """Every override of the spec, the head's fields among them, under the config's own names."""
    head = spec.task.model_dump(exclude={"name"}, exclude_none=True)
    aliases = facts.architecture.attribute_map if facts.architecture else {}
    return {aliases.get(name, name): value for name, value in (spec.model.config | head).items()}


def own_config(spec: LoadSpec, facts: Facts) -> Mapping[str, Any] | None:
    """The checkpoint's config.json; while it is not at hand, what is known of it."""
    if facts.checkpoint and facts.checkpoint.config is not None:
        return facts.checkpoint.config
    return spec.model.known.config if spec.model.known else None


def full(own: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The whole config as edited, less what only identifies it."""
    edited = merge(own, overrides)
    return {name: value for name, value in edited.items() if name not in IDENTITY}


def grown(own: Mapping[str, Any] | None, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides alone, nested ones grown to whole values.

    `from_pretrained` replaces a mapping such as `rope_parameters` by the override as it is,
    so the override must bring along what the checkpoint says beside it.
    """
    return {
        name: merge(own[name], value)
        if own and isinstance(value, Mapping) and isinstance(own.get(name), Mapping)
        else value
        for name, value in overrides.items()
    }
