"""Config overrides as the calls need them: under the config's own names, merged into its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaie.facts.facts import Facts
from yaie.spec.load_spec import LoadSpec
from yaie.spec.task import TaskSpec

IDENTITY = frozenset({"model_type", "architectures", "transformers_version", "_name_or_path"})
"""Fields of config.json that say what it is rather than how the model is built."""
LABELS = frozenset({"num_labels", "id2label", "label2id"})
"""Fields that say the same thing: an override of one leaves nothing of the others."""


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`: mappings merge, all else replaces."""
    merged = dict(base)
    for name, value in over.items():
        both = _both_mappings(merged.get(name), value)
        merged[name] = merge(merged[name], value) if both else value
    return merged


def _both_mappings(below: object, value: object) -> bool:
    return isinstance(below, Mapping) and isinstance(value, Mapping)


def asked(spec: LoadSpec, facts: Facts) -> dict[str, Any]:
    """Every override of the spec, the head's fields among them, under the config's own names."""
    aliases = facts.architecture.attribute_map if facts.architecture else {}
    overrides = spec.model.config | _head(spec.task)
    return {aliases.get(name, name): value for name, value in overrides.items()}


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


def full(own: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The whole config as edited, less what only identifies it."""
    stale = LABELS if LABELS & overrides.keys() else frozenset()
    kept = {name: value for name, value in own.items() if name not in IDENTITY | stale}
    return merge(kept, overrides)


def grown(own: Mapping[str, Any] | None, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides alone, nested ones grown to whole values.

    `from_pretrained` replaces a mapping such as `rope_parameters` by the override as it is,
    so the override must bring along what the checkpoint says beside it.
    """
    return {
        name: merge(own[name], value)
        if own and name not in LABELS and _both_mappings(own.get(name), value)
        else value
        for name, value in overrides.items()
    }
