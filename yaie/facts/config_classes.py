"""What config classes declare. Imports transformers."""

from __future__ import annotations

import json
import types
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

from yaie.facts.architecture import FieldFacts
from yaie.facts.declared import Declared, Part, config_keywords, declared_fields, parts


def registered_classes() -> dict[str, Any]:
    """model_type → config class, of every architecture."""
    from transformers import CONFIG_MAPPING

    return {model_type: CONFIG_MAPPING[model_type] for model_type in CONFIG_MAPPING}


def nameless_classes(registered: dict[str, Any]) -> dict[str, Any]:
    """Classes of sub-configs that no model_type leads to, by their own names."""
    found: dict[str, Any] = {}
    queue = list(registered.values())
    for cls in queue:
        for part in parts(cls).values():
            sub = part.config_class
            if not part.is_open and registered.get(sub.model_type) is not sub:
                queue += [] if sub.__name__ in found else [sub]
                found[sub.__name__] = sub
    return found


def fields_of(cls: Any) -> dict[str, FieldFacts]:
    """Every field of a config class."""
    return {name: _field(declared) for name, declared in declared_fields(cls).items()}


def properties_of(cls: Any) -> tuple[str, ...]:
    """Names that can be set although they are no fields, those with a leading underscore aside."""
    settable = {name for name in dir(cls) if _has_setter(cls, name)} | set(config_keywords())
    named = settable - declared_fields(cls).keys()
    return tuple(sorted(name for name in named if not name.startswith("_")))


def sub_configs_of(cls: Any, registered: dict[str, Any]) -> dict[str, str]:
    """Sub-config field → model_type, or the class's name where no model_type leads to it."""
    return {name: _target(part, registered) for name, part in sorted(parts(cls).items())}


def open_sub_configs_of(cls: Any) -> tuple[str, ...]:
    """Sub-config fields that any architecture may stand in."""
    return tuple(sorted(name for name, part in parts(cls).items() if part.is_open))


def type_name(annotation: Any) -> str:
    """An annotation in normal form; one that is text already stays as it is."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
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


def _target(part: Part, registered: dict[str, Any]) -> str:
    if part.is_open:
        return part.model_type if part.model_type in registered else ""
    known = registered.get(part.model_type) is part.config_class
    return part.model_type if known else str(part.config_class.__name__)


def _has_setter(cls: Any, name: str) -> bool:
    return any(
        isinstance(value := vars(base).get(name), property) and value.fset is not None
        for base in cls.__mro__
    )


def _field(declared: Declared) -> FieldFacts:
    return FieldFacts(
        type=type_name(declared.annotation),
        default=_json(declared.default),
        checked=declared.checked,
    )


def _json(value: object) -> object:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None
