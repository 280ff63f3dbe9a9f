"""What config classes declare. Imports transformers."""

from __future__ import annotations

import dataclasses
import json
import types
from typing import Any, Literal, Union, get_args, get_origin

from yaie.facts.architecture import FieldFacts

KEYWORDS = ("attn_implementation", "experts_implementation", "per_layer_config")
"""Names that every config takes as keywords without a field or property of that name."""


def registered_classes() -> dict[str, Any]:
    """model_type → config class, of every architecture."""
    from transformers import CONFIG_MAPPING

    return {model_type: CONFIG_MAPPING[model_type] for model_type in CONFIG_MAPPING}


def nameless_classes(registered: dict[str, Any]) -> dict[str, Any]:
    """Classes of sub-configs that no model_type leads to, by their own names."""
    found: dict[str, Any] = {}
    queue = list(registered.values())
    for cls in queue:
        for spec in cls.sub_configs_defaults.values():
            sub = spec.config_class
            if not _is_open(spec) and registered.get(sub.model_type) is not sub:
                queue += [] if sub.__name__ in found else [sub]
                found[sub.__name__] = sub
    return found


def fields_of(cls: Any) -> dict[str, FieldFacts]:
    """Every field of a config class."""
    return {field.name: _field(field) for field in dataclasses.fields(cls)}


def properties_of(cls: Any) -> tuple[str, ...]:
    """Names that can be set although they are no fields, those with a leading underscore aside."""
    names = {field.name for field in dataclasses.fields(cls)}
    settable = {name for name in dir(cls) if _has_setter(cls, name)} | set(KEYWORDS)
    return tuple(sorted(name for name in settable - names if not name.startswith("_")))


def sub_configs_of(cls: Any, registered: dict[str, Any]) -> dict[str, str]:
    """Sub-config field → model_type, or the class's name where no model_type leads to it."""
    return {
        name: _target(spec, registered) for name, spec in sorted(cls.sub_configs_defaults.items())
    }


def open_sub_configs_of(cls: Any) -> tuple[str, ...]:
    """Sub-config fields that any architecture may stand in."""
    return tuple(sorted(n for n, spec in cls.sub_configs_defaults.items() if _is_open(spec)))


def type_name(annotation: Any) -> str:
    """An annotation in normal form; one that is text already stays as it is."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, str):
        return annotation
    if annotation in (None, types.NoneType):
        return "None"
    if annotation is Ellipsis:
        return "..."
    if origin in (Union, types.UnionType):
        return " | ".join(type_name(arg) for arg in args)
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    name = str(getattr(origin or annotation, "__name__", annotation))
    name = "torch.dtype" if name == "dtype" else name
    return f"{name}[{', '.join(type_name(arg) for arg in args)}]" if args else name


def _is_open(spec: Any) -> bool:
    from transformers import PreTrainedConfig

    return not issubclass(spec.config_class, PreTrainedConfig)


def _target(spec: Any, registered: dict[str, Any]) -> str:
    model_type = str(spec.model_type)
    if _is_open(spec):
        return model_type if model_type in registered else ""
    known = registered.get(model_type) is spec.config_class
    return model_type if known else str(spec.config_class.__name__)


def _has_setter(cls: Any, name: str) -> bool:
    return any(
        isinstance(value := vars(base).get(name), property) and value.fset is not None
        for base in cls.__mro__
    )


def _field(field: dataclasses.Field[Any]) -> FieldFacts:
    # Annotations that are still text are forward references to huggingface_hub's validator, which
    # lets them pass.
    return FieldFacts(
        type=type_name(field.type),
        default=_json(_default(field)),
        checked=not isinstance(field.type, str),
    )


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory()


def _json(value: object) -> object:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None
