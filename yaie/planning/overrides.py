"""Config overrides as the calls need them: under the config's own names, merged into its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaie.facts.facts import Facts
from yaie.facts.rope_values import LEGACY, stored_rope
from yaie.spec.load_spec import LoadSpec
from yaie.spec.task import TaskSpec

IDENTITY = frozenset({"model_type", "architectures", "transformers_version", "_name_or_path"})
"""Fields of config.json that say what it is rather than how the model is built."""
LABELS = frozenset({"num_labels", "id2label", "label2id"})
"""Fields that say the same thing: an override of one leaves nothing of the others."""


def laid_upon(
    own: Mapping[str, Any], over: Mapping[str, Any], facts: Facts, part: str = ""
) -> dict[str, Any]:
    """Overrides laid upon a config.json, or upon a part of it: mappings merge, all else replaces.

    What the file says of an overridden field under another name goes, for transformers would take
    it for the later word.
    """
    architecture = facts.sub_architectures.get(part) if part else facts.architecture
    aliases = architecture.attribute_map if architecture else {}
    merged = {name: v for name, v in own.items() if name in over or aliases.get(name) not in over}
    if isinstance(over.get("rope_parameters"), Mapping):
        default = facts.limits[part].rope_default if part in facts.limits else None
        stored = stored_rope(own, default)
        merged = {name: v for name, v in merged.items() if name not in LEGACY}
        merged |= {} if stored is None else {"rope_parameters": stored}
    for name, value in over.items():
        both = _both_mappings(merged.get(name), value)
        inner = f"{part}.{name}".lstrip(".")
        merged[name] = laid_upon(merged[name], value, facts, inner) if both else value
    return merged


def _both_mappings(below: object, value: object) -> bool:
    return isinstance(below, Mapping) and isinstance(value, Mapping)


def asked(spec: LoadSpec, facts: Facts) -> dict[str, Any]:
    """Every override of the spec, the head's fields among them, under the configs' own names."""
    return _by_own_names(spec.model.config | _head(spec.task), facts)


def _by_own_names(overrides: Mapping[str, Any], facts: Facts, part: str = "") -> dict[str, Any]:
    """transformers holds a value to the field's type under the field's own name alone."""
    architecture = facts.sub_architectures.get(part) if part else facts.architecture
    aliases = architecture.attribute_map if architecture else {}
    named = {}
    for name, value in overrides.items():
        own = aliases.get(name, name)
        inner = f"{part}.{own}".lstrip(".")
        is_part = isinstance(value, Mapping) and inner in facts.sub_architectures
        named[own] = _by_own_names(value, facts, inner) if is_part else value
    return named


def _head(task: TaskSpec) -> dict[str, Any]:
    """The head's fields; names of labels imply their number and, which upstream leaves stale,
    the numbers of their names."""
    head = task.model_dump(exclude={"name"}, exclude_none=True)
    if names := task.id2label:
        head.pop("num_labels", None)
        head.setdefault("label2id", {label: number for number, label in names.items()})
    return head


def own_config(spec: LoadSpec, facts: Facts) -> Mapping[str, Any] | None:
    """The checkpoint's config.json; while it is not at hand, what is known of it."""
    if facts.checkpoint and facts.checkpoint.config is not None:
        return facts.checkpoint.config
    return spec.model.known.config if spec.model.known else None


def full(own: Mapping[str, Any], overrides: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """The whole config as edited, less what only identifies it."""
    stale = LABELS if LABELS & overrides.keys() else frozenset()
    kept = {name: value for name, value in own.items() if name not in IDENTITY | stale}
    return laid_upon(kept, overrides, facts)


def grown(
    own: Mapping[str, Any] | None, overrides: Mapping[str, Any], facts: Facts
) -> dict[str, Any]:
    """The overrides alone, nested ones grown to whole values.

    `from_pretrained` replaces a mapping such as `rope_parameters` by the override as it is,
    so the override must bring along what the checkpoint says beside it.
    """
    if own is None:
        return dict(overrides)
    whole = laid_upon(own, overrides, facts)
    return {name: v if name in LABELS else whole[name] for name, v in overrides.items()}
