"""Facts: all that is true about one load, gathered once and passed to rules and planning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yaie.facts.adapter import AdapterFacts
from yaie.facts.architecture import ArchitectureFacts, QuantizationFacts
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.host import HostFacts
from yaie.facts.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules and the resolver may look at besides the spec."""

    transformers: str
    """Version that the catalogue describes."""
    tasks: Mapping[str, str]
    """Task name → AutoModel class: `causal-lm` → `AutoModelForCausalLM`."""
    model_types: tuple[str, ...]
    """Every model_type that transformers knows."""
    architecture: ArchitectureFacts | None
    """Of the checkpoint's or the spec's model_type; None while it is not known (or unknown to
    transformers)."""
    sub_architectures: Mapping[str, ArchitectureFacts]
    """Sub-config field → facts of its model_type; with a dot those of a part of a part, where an
    override reaches it."""
    checkpoint: CheckpointFacts | None
    """None while nothing of the checkpoint is at hand."""
    host: HostFacts
    model_type: str | None
    """As the checkpoint's config.json says, else as the spec says; may be one that transformers
    does not know."""
    task: str | None
    """`spec.task.name`, with `auto` decided; None where it cannot be known yet."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """What was observed of the fields of each config that an override reaches, by the part's name;
    the model's own by an empty one."""
    quantization: Mapping[str, QuantizationFacts] = field(default_factory=dict)
    """Method of that release, as config.json spells it → its class; empty where none are known."""
    adapter: AdapterFacts | None = None
    """None where none is named, and while nothing of it is at hand."""
