"""LoadSpec: everything that was asked, typed and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yaie.errors import Problem
from yaie.spec.adapter import AdapterSpec, NoAdapter, Peft
from yaie.spec.attention import AttentionSpec
from yaie.spec.device import DeviceSpec, Dispatched
from yaie.spec.group import Group
from yaie.spec.model import ModelSpec
from yaie.spec.precision import PrecisionSpec
from yaie.spec.processor import AutoProcessing, ProcessorSpec
from yaie.spec.quantization import QuantizationSpec, Unquantized
from yaie.spec.task import TaskSpec
from yaie.spec.weights import Pretrained, WeightsSpec


class LoadSpec(Group):
    """One load as it was asked: a field a group."""

    model: ModelSpec
    task: TaskSpec = TaskSpec()
    weights: WeightsSpec = Pretrained()
    precision: PrecisionSpec = PrecisionSpec()
    device: DeviceSpec = Dispatched()
    quantization: QuantizationSpec = Unquantized()
    attention: AttentionSpec = AttentionSpec()
    processor: ProcessorSpec = AutoProcessing()
    adapter: AdapterSpec = NoAdapter()


def keeps_adapter(spec: LoadSpec) -> bool:
    """Whether the model that is loaded has an adapter beside its own weights."""
    return isinstance(spec.adapter, Peft) and not spec.adapter.merge


GROUPS: tuple[str, ...] = tuple(LoadSpec.model_fields)

TAGS: Mapping[str, str] = {
    "weights": "kind",
    "device": "kind",
    "quantization": "method",
    "attention": "kind",
    "processor": "kind",
    "adapter": "kind",
}
"""The field of a group that its option alone decides."""

DEFAULTS: Mapping[str, str] = {
    group: {
        "model": "tiny",
        "weights": "pretrained",
        "quantization": "none",
        "adapter": "none",
    }.get(group, "auto")
    for group in GROUPS
}
"""The option of a group that nobody names."""

CUSTOM = "custom"
"""The name of a choice that is no option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A LoadSpec with the story of each value."""

    spec: LoadSpec
    recipe: str | None
    """Path of the recipe file as it was given; None where there was none."""
    choices: Mapping[str, str]
    """Option of each group, `{"model": "llama2", …}`; `custom` where none was named."""
    origins: Mapping[str, str]
    """Dotted path of each value to where it was said (`recipes/x.yaml:7`, `override a=b`, `option
    model/tiny`)."""
    notes: tuple[Problem, ...] = field(default=())
    """Warnings of composing, such as fields that fell away with another option."""
    overrides: tuple[str, ...] = ()
    """As they were given, so that the same can be composed again with one more."""
    config_dir: Path | None = None
    """The user's own options, as they were given."""

    def origin_of(self, path: str) -> str | None:
        """Where the value at a path was said, or the first in it, or the nearest around it."""
        if path not in self.origins:
            inside = (o for name, o in self.origins.items() if name.startswith(f"{path}."))
            if origin := next(inside, None):
                return origin
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            if origin := self.origins.get(".".join(parts[:length])):
                return origin
        return None
