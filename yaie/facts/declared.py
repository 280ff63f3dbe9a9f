"""What config classes declare, each release in its own way. Imports transformers.

Today they are dataclasses; before, a constructor says the fields, and the default config holds
what its parents add.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One field as a config class declares it."""

    annotation: Any
    default: Any
    checked: bool
    """Whether values are held to the annotation."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sub-config as a config class declares it."""

    config_class: Any
    """The class, or AutoConfig where any architecture may stand."""
    model_type: str
    """That of the class; of the default one where any may stand, `` where there is none."""

    @property
    def is_open(self) -> bool:
        return not issubclass(self.config_class, config_base())


def config_base() -> Any:
    """The class that every config is of: PreTrainedConfig, PretrainedConfig before 5."""
    import transformers

    return getattr(transformers, "PreTrainedConfig", None) or transformers.PretrainedConfig


def declared_fields(cls: Any) -> dict[str, Declared]:
    """Every field of a config class that a value can be given for."""
    if dataclasses.is_dataclass(cls):
        return {field.name: _of_dataclass(field) for field in dataclasses.fields(cls)}
    said = dict(_of_constructors(cls))
    held = vars(_default(cls) or _default(config_base()))
    return said | {
        name: Declared(annotation=Any, default=value, checked=False)
        for name, value in held.items()
        if name not in said and not name.startswith("_")
    }


def parts(cls: Any) -> dict[str, Part]:
    """Every sub-config of a config class, by its field."""
    if hasattr(cls, "sub_configs_defaults"):
        return {
            name: Part(config_class=part.config_class, model_type=str(part.model_type))
            for name, part in cls.sub_configs_defaults.items()
        }
    if isinstance(cls.sub_configs, Mapping):
        return {name: _part(name, found, cls) for name, found in cls.sub_configs.items()}
    # A property: the class of the backbone that the default config has, in place of which any
    # may stand.
    found = getattr(_default(cls), "sub_configs", {})
    return {name: _open_part(name, cls) for name in found}


def config_keywords() -> tuple[str, ...]:
    """Names that every config takes as keywords without a field or property of that name."""
    base = config_base()
    known = ["attn_implementation"]
    known += ["experts_implementation"] if hasattr(base, "_experts_implementation") else []
    known += ["per_layer_config"] if "per_layer_config" in (base.__doc__ or "") else []
    return tuple(known)


def _of_dataclass(field: dataclasses.Field[Any]) -> Declared:
    # Annotations that are still text are forward references to huggingface_hub's validator, which
    # lets them pass.
    default = field.default
    if default is dataclasses.MISSING:
        made = field.default_factory
        default = None if made is dataclasses.MISSING else made()
    return Declared(annotation=field.type, default=default, checked=not isinstance(field.type, str))


def _of_constructors(cls: Any) -> Iterator[tuple[str, Declared]]:
    """Parameters of a class's constructor, and of those that its `**kwargs` go on to."""
    seen: set[str] = set()
    for owner in cls.__mro__:
        if "__init__" not in vars(owner) or owner is object:
            continue
        parameters = list(inspect.signature(owner.__init__).parameters.values())[1:]
        for parameter in parameters:
            if parameter.kind not in _VARIADIC and parameter.name not in seen:
                seen.add(parameter.name)
                yield parameter.name, _of_parameter(parameter)
        if not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
            return


_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def _of_parameter(parameter: inspect.Parameter) -> Declared:
    bare = parameter.annotation is inspect.Parameter.empty
    return Declared(
        annotation=Any if bare else parameter.annotation,
        default=None if parameter.default is inspect.Parameter.empty else parameter.default,
        checked=False,
    )


def _part(name: str, config_class: Any, cls: Any) -> Part:
    if issubclass(config_class, config_base()):
        return Part(config_class=config_class, model_type=config_class.model_type)
    return _open_part(name, cls)


def _open_part(name: str, cls: Any) -> Part:
    from transformers import AutoConfig

    model_type = getattr(getattr(_default(cls), name, None), "model_type", "")
    return Part(config_class=AutoConfig, model_type=model_type)


@cache
def _default(cls: Any) -> Any:
    """The default config; None where the class has none."""
    try:
        return cls()
    except Exception:
        # Whatever a constructor without arguments raises: sub-configs that have no default, a
        # package that is missing, a backbone that only the hub has.
        return None
