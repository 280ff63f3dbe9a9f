"""ArchitectureFacts: what the installed transformers declares and does for one architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
class Refusal:
    """Why a default model is not built with an attention kind that was asked."""

    by: str
    """The class that refuses: the model's own, one of its parts', or the config's."""
    part: str = ""
    """The sub-config that the refusing part is made of; empty where it is of none."""
    says: str = ""
    """What a config class says for itself."""
    runs: str = ""
    """The kind that runs instead, with no more than a warning."""
    mended_by: Mapping[str, bool | int] = field(default_factory=dict)
    """Config fields that lift the refusal, each with a value that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """One model class of an architecture, as its default model was seen to be."""

    name: str
    attention: tuple[str, ...]
    """Kinds that the default model is built with and reads back, `eager` among them, hub kernels
    that the class names last; where it has no default model, those that its flags declare."""
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    """Attention kind → why not, where it is not the class itself that refuses."""
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Attention kind → classes of parts that run on another one then, each with that one."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sub-config field → kinds that the default model runs it on where they are said of it alone;
    empty where that was not asked."""
    obstacle: str | None = None
    """What is raised in place of the default model; None where there is one, or it is unseen."""
    mended_by: Mapping[str, bool | int] = field(default_factory=dict)
    """Config fields that take the obstacle away, each with a value that does."""
    needs_packages: tuple[str, ...] = ()
    """Distributions that the default model's constructors ask for."""
    unseen_without: tuple[str, ...] = ()
    """Those of them that were missing when the default model was to be built."""
    no_split_modules: tuple[str, ...]
    """Classes of modules that a device map must keep in one piece."""
    keep_in_fp32: tuple[str, ...]
    """Patterns of modules kept in float32 when the rest is float16."""
    keep_in_fp32_strict: tuple[str, ...] = ()
    """Patterns of modules kept in float32 when the rest is float16 or bfloat16."""
    can_generate: bool
    gradient_checkpointing: bool
    """Whether its layers can compute their activations anew in the backward pass."""
    experts: tuple[str, ...] = ()
    """Implementations that its experts can be run by; empty where none can be chosen."""
    one_of_several: bool = False
    """Whether transformers chooses between it and others by the config's `architectures`."""
    without_experts: bool = False
    """Whether the default model has none, though the class lets their implementation be chosen."""
    left_in_fp32: tuple[str, ...] = ()
    """Parameters that from_config makes in float32 whatever dtype is asked, layer numbers as
    `*`."""
    tied_weights: Mapping[str, str] = field(default_factory=dict)
    """Weight → the one whose numbers it has where `tie_word_embeddings` is true, layer numbers as
    `*`."""
    tensor_parallel: Mapping[str, str] = field(default_factory=dict)
    """Modules, layer numbers as `*` → how they are split over devices; empty without a plan."""
    modules: tuple[str, ...]
    """Module names of the default model, layer numbers as `*`, parents before children, four
    levels deep and nothing inside a no-split module; empty without a default model."""

    @property
    def seen(self) -> bool:
        """Whether there is a default model that the facts were seen on."""
        return self.obstacle is None and not self.unseen_without


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizationFacts:
    """The class by which a method of quantisation is said."""

    config: str
    fields: tuple[str, ...]
    """What its constructor names."""


def aliases(declared: Mapping[str, str], fields: Mapping[str, FieldFacts]) -> dict[str, str]:
    """An attribute_map from other names to fields.

    Some classes (Qwen3-MoE's) declare the field and map its name to one that they do not declare.
    """
    return {
        **{name: own for name, own in declared.items() if own in fields or name not in fields},
        **{own: name for name, own in declared.items() if own not in fields and name in fields},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureFacts:
    """What transformers supports of one model_type."""

    model_type: str
    """The config class's name where a sub-config's class has no model_type of its own."""
    config_class: str
    fields: Mapping[str, FieldFacts]
    attribute_map: Mapping[str, str]
    """Other names to those of fields: `hidden_size` → `n_embd`."""
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
