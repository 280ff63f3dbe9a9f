"""Receipt: what was got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from yaie.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a load brought, read from the model itself and not from what was asked."""

    model_class: str
    source: Mapping[str, str | None]
    """`id` as asked and `revision`, the commit that was loaded."""
    parameters: int
    """Weights; packed four-bit ones count as the numbers they hold, tied ones once."""
    trainable_parameters: int
    trainable: Mapping[str, int]
    """Module → parameters to be trained; `""` is the whole, layers are told together as `*`."""
    memory_bytes: int
    """Parameters and buffers."""
    memory: Mapping[str, Mapping[str, int]]
    """Device → `predicted_bytes` and `measured_bytes` of weights and their quantisation's state;
    empty where the memory was not foreseen."""
    dtypes: Mapping[str, int]
    """dtype → elements stored in it."""
    attention: Mapping[str, str]
    """Module that has a config of its own → attention kind; `""` is the whole."""
    device_map: Mapping[str, str]
    """Module → device of its parameters; `""` is the whole."""
    quantization: Mapping[str, Any]
    """`method` and the number of quantised `modules`; empty where there are none."""
    adapter: Mapping[str, Any]
    """`id`, `revision`, `name`, `type`, `rank`, its `modules` and `parameters`, and whether it is
    `trainable` and `merged`; empty where there is none."""
    training: bool
    gradient_checkpointing: bool
    """Whether layers compute their activations anew in a backward pass."""
    missing_keys: tuple[str, ...]
    unexpected_keys: tuple[str, ...]
    mismatched_keys: tuple[str, ...]
    seconds: Mapping[str, float]
    """Stage → seconds."""
    problems: tuple[Problem, ...]
    """Warnings of the load."""
    deeds: Mapping[str, object] = field(default_factory=dict)
    """What was done with the model once it was there, by name: `saved` → `folder`, `files`, `bytes`
    and `seconds`; JSON has each beside the rest."""

    def as_json(self) -> dict[str, Any]:
        """The receipt as the contract spells it."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        document |= document.pop("deeds")
        lists = ("missing_keys", "unexpected_keys", "mismatched_keys")
        return document | {
            **{name: list(document[name]) for name in lists},
            "seconds": {stage: round(took, 4) for stage, took in self.seconds.items()},
            "problems": [problem.as_json() for problem in self.problems],
        }
