"""What model classes declare, and the modules of their default models. Imports transformers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from yaie.facts.architecture import ClassFacts

FLASH = ("flash_attention_2", "flash_attention_3", "flash_attention_4")
DEPTH = 4
"""Levels of module names that are kept."""


def auto_classes() -> dict[str, Any]:
    """Every AutoModel class that transformers exports, by name."""
    import transformers

    names = (name for name in dir(transformers) if re.fullmatch(r"AutoModel(For\w+)?", name))
    return {name: getattr(transformers, name) for name in sorted(names)}


@cache
def model_classes(auto: Any, config_class: Any) -> tuple[Any, ...]:
    """The classes that an AutoModel class chooses from for a config class, the default first."""
    mapping = auto._model_mapping
    if config_class not in mapping:
        return ()
    try:
        found = mapping[config_class]
    except ValueError:
        # 5.23 maps to a class that does not exist (VoxtralRealtimeTextModel); from_config fails
        # there with the same error.
        return ()
    return tuple(found) if isinstance(found, list | tuple) else (found,)


def class_facts(cls: Any, auto: Any, config_class: Any) -> ClassFacts:
    """A class's declarations; those that it inherits from its parts are read off a built model."""
    model = _on_meta(cls, auto, config_class)
    said = cls if model is None else model
    no_split = _names(said, "_no_split_modules")
    return ClassFacts(
        name=cls.__name__,
        attention=_attention(cls),
        no_split_modules=no_split,
        keep_in_fp32=_names(said, "_keep_in_fp32_modules"),
        keep_in_fp32_strict=_names(said, "_keep_in_fp32_modules_strict"),
        can_generate=_generates(cls),
        experts=_chooses_experts(cls, model),
        modules=() if model is None else tuple(dict.fromkeys(_modules(model, no_split))),
    )


def _on_meta(cls: Any, auto: Any, config_class: Any) -> Any:
    """The default model on the meta device; None where upstream cannot build it."""
    import torch
    from transformers import initialization

    try:
        # from_config needs `architectures` where it has several classes to choose from.
        config = config_class(architectures=[cls.__name__])
        with torch.device("meta"), initialization.no_init_weights():
            return auto.from_config(config)
    except Exception:
        # Whatever a default config makes a constructor raise (a package that is missing, a field
        # that has no usable default): the class has no default model.
        return None


def _attention(cls: Any) -> tuple[str, ...]:
    kinds = ["eager"]
    kinds += ["sdpa"] if getattr(cls, "_supports_sdpa", False) else []
    if getattr(cls, "_supports_flash_attn", False):
        # A class that names its flash kernels runs the first of those whatever else is asked.
        kinds += getattr(cls, "_compatible_flash_implementations", None) or FLASH
    kinds += ["flex_attention"] if getattr(cls, "_supports_flex_attn", False) else []
    return tuple(sorted(kinds, key=lambda kind: "/" in kind))


def _names(said: Any, attribute: str) -> tuple[str, ...]:
    return tuple(sorted(getattr(said, attribute, None) or ()))


def _generates(cls: Any) -> bool:
    # The stand-in for a class whose package is missing answers for private names alone.
    return not hasattr(cls, "_backends") and bool(cls.can_generate())


def _chooses_experts(cls: Any, model: Any) -> bool:
    parts = {cls} if model is None else {type(module) for module in model.modules()}
    choices = (getattr(part, "_can_set_experts_implementation", None) for part in parts)
    return any(choice() for choice in choices if callable(choice))


def _modules(
    module: Any, whole: tuple[str, ...], prefix: str = "", depth: int = 1
) -> Iterator[str]:
    for name, child in module.named_children():
        path = prefix + ("*" if name.isdigit() else name)
        yield path
        if depth < DEPTH and type(child).__name__ not in whole:
            yield from _modules(child, whole, f"{path}.", depth + 1)
