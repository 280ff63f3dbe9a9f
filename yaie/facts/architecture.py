"""ArchitectureFacts: what the installed transformers declares of one architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """One field of a config class."""

    type: str
    """Its annotation in normal form, `int | None`, `list[str]`, `Literal['a', 'b'] | None`."""
    default: object
    """Its default as JSON; None where it has none or it is not JSON."""
    checked: bool = True
    """Whether transformers holds values to the type itself; it does not for most fields that every
    config has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """One model class of an architecture, by the class's own declarations."""

    name: str
    attention: tuple[str, ...]
    """Kinds that the class's flags admit, `eager` among them, hub kernels that it names last."""
    no_split_modules: tuple[str, ...]
    """Classes of modules that a device map must keep in one piece."""
    keep_in_fp32: tuple[str, ...]
    """Patterns of modules kept in float32 when the rest is float16."""
    keep_in_fp32_strict: tuple[str, ...] = ()
    """Patterns of modules kept in float32 when the rest is float16 or bfloat16."""
    can_generate: bool
    experts: bool = False
    """Whether the implementation of its experts can be chosen."""
    modules: tuple[str, ...]
    """Module names of the default config, layer numbers as `*`, parents before children, four
    levels deep and nothing inside a no-split module; empty if it cannot be built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureFacts:
    """What transformers supports of one model_type."""

    model_type: str
    """The config class's name where a sub-config's class has no model_type of its own."""
    config_class: str
    fields: Mapping[str, FieldFacts]
    attribute_map: Mapping[str, str]
    """Standard names to this config's own: `hidden_size` → `n_embd`."""
    properties: tuple[str, ...] = ()
    """Names that are no fields and yet can be set: `num_labels`, `attn_implementation`."""
    sub_configs: Mapping[str, str]
    """Sub-config field → its model_type (`text_config` → `llama`), the default one where any may
    stand; `` where there is no default."""
    open_sub_configs: tuple[str, ...] = ()
    """Sub-config fields whose own `model_type` decides what they are."""
    classes: Mapping[str, ClassFacts]
    """Task name (`causal-lm`) → class; the first where transformers lists several."""
    processors: tuple[str, ...]
    """Which of `tokenizer`, `image`, `feature`, `video`, `processor` Auto classes know this
    model_type."""
