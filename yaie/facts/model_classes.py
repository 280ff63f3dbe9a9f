"""What model classes are, seen on their default models. Imports transformers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from yaie.facts import observing, reactions, releases
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
    except (ImportError, ValueError):
        # 5.23 maps to a class that does not exist (VoxtralRealtimeTextModel), 5.0 to some whose
        # modules import torchvision; from_config fails there with the same error.
        return ()
    return tuple(found) if isinstance(found, list | tuple) else (found,)


def class_facts(cls: Any, auto: Any, config_class: Any) -> ClassFacts:
    """A class as its default model is; without one, as the class declares itself."""
    subject = observing.Subject(cls=cls, auto=auto, config_class=config_class)
    default, packages = observing.default_model(subject)
    model = default.model
    said = cls if model is None else model
    no_split = _names(said, "_no_split_modules")
    attention = observing.attention_of(subject, default, _declared(cls))
    missing = observing.missing(default, packages)
    experts = _experts(cls, model)
    if model is not None:
        experts = tuple(kind for kind in experts if observing.runs_experts(subject, kind))
    return ClassFacts(
        name=cls.__name__,
        attention=attention.admitted,
        refusals=attention.refusals,
        apart=attention.apart,
        parts=attention.parts,
        obstacle=observing.stated(default.error) if default.error and not missing else None,
        mended_by={} if model or missing else observing.mended_by(subject),
        needs_packages=packages,
        unseen_without=missing,
        no_split_modules=no_split,
        keep_in_fp32=_names(said, "_keep_in_fp32_modules"),
        keep_in_fp32_strict=_names(said, "_keep_in_fp32_modules_strict"),
        can_generate=_generates(cls),
        experts=experts,
        one_of_several=len(model_classes(auto, config_class)) > 1,
        without_experts=bool(experts) and reactions.without_experts(model),
        left_in_fp32=reactions.left_in_fp32(subject),
        tensor_parallel={} if model is None else releases.tensor_parallel_plan(model),
        modules=() if model is None else tuple(dict.fromkeys(_modules(model, no_split))),
        # Last, since they change the model.
        tied_weights={} if model is None else _tied(model),
        gradient_checkpointing=_checkpoints(cls, model),
    )


def _declared(cls: Any) -> tuple[str, ...]:
    """Kinds that a class's flags admit; every kind that no flag is about is admitted."""
    flags = {
        "sdpa": "_supports_sdpa",
        "flex_attention": "_supports_flex_attn",
        **dict.fromkeys(FLASH, "_supports_flash_attn"),
    }
    kinds = releases.attention_kinds()
    admitted = (kind for kind in kinds if getattr(cls, flags.get(kind, ""), kind not in flags))
    # A class that names its flash kernels runs the first of those whatever else is asked.
    named = getattr(cls, "_compatible_flash_implementations", None) or ()
    if named:
        return tuple(kind for kind in admitted if kind not in FLASH) + tuple(named)
    return tuple(admitted)


def _names(said: Any, attribute: str) -> tuple[str, ...]:
    return tuple(sorted(getattr(said, attribute, None) or ()))


def _generates(cls: Any) -> bool:
    # The stand-in for a class whose package is missing answers for private names alone.
    return not hasattr(cls, "_backends") and bool(cls.can_generate())


def _experts(cls: Any, model: Any) -> tuple[str, ...]:
    """Implementations that every part with experts takes as they are asked."""
    parts = [cls] if model is None else list(model.modules())
    choosing = [part for part in parts if _chooses_experts(part)]
    if model is None or not choosing:
        return releases.experts_kinds() if choosing else ()
    return tuple(
        kind
        for kind in releases.experts_kinds()
        if all(part.get_correct_experts_implementation(kind) == kind for part in choosing)
    )


def _chooses_experts(part: Any) -> bool:
    choice = getattr(part, "_can_set_experts_implementation", None)
    return callable(choice) and bool(choice())


def _checkpoints(cls: Any, model: Any) -> bool:
    if model is None:
        return not hasattr(cls, "_backends") and bool(cls.supports_gradient_checkpointing)
    return releases.checkpoints(model)


def _tied(model: Any) -> dict[str, str]:
    names = releases.tied_weights(model).items()
    return {_starred(target): _starred(source) for target, source in sorted(names)}


def _starred(name: str) -> str:
    """A dotted name with its layer numbers as `*`."""
    return ".".join("*" if part.isdigit() else part for part in name.split("."))


def _modules(
    module: Any, whole: tuple[str, ...], prefix: str = "", depth: int = 1
) -> Iterator[str]:
    for name, child in module.named_children():
        path = prefix + ("*" if name.isdigit() else name)
        yield path
        if depth < DEPTH and type(child).__name__ not in whole:
            yield from _modules(child, whole, f"{path}.", depth + 1)
