"""Receipt: what was got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from yaie.errors import Problem
from yaie.loading import measuring
from yaie.loading.preparing import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a load brought, read from the model itself and not from what was asked."""

    model_class: str
    source: Mapping[str, str | None]
    """`id` as asked and `revision`, the commit that was loaded."""
    parameters: int
    """Weights; packed four-bit ones count as the numbers they hold, tied ones once."""
    trainable_parameters: int
    memory_bytes: int
    """Parameters and buffers."""
    dtypes: Mapping[str, int]
    """dtype → elements stored in it."""
    attention: Mapping[str, str]
    """Module that has a config of its own → attention kind; `""` is the whole."""
    device_map: Mapping[str, str]
    """Module → device of its parameters; `""` is the whole."""
    quantization: Mapping[str, Any]
    """`method` and the number of quantised `modules`; empty where there are none."""
    training: bool
    missing_keys: tuple[str, ...]
    unexpected_keys: tuple[str, ...]
    mismatched_keys: tuple[str, ...]
    seconds: Mapping[str, float]
    """Stage → seconds."""
    problems: tuple[Problem, ...]
    """Warnings of the load."""

    def as_json(self) -> dict[str, Any]:
        """The receipt as the contract spells it."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        lists = ("missing_keys", "unexpected_keys", "mismatched_keys")
        return document | {
            **{name: list(document[name]) for name in lists},
            "seconds": {stage: round(took, 4) for stage, took in self.seconds.items()},
            "problems": [problem.as_json() for problem in self.problems],
        }


def receipt_of(
    model: Any,
    prepared: Prepared,
    keys: Mapping[str, Any],
    seconds: Mapping[str, float],
    problems: tuple[Problem, ...],
) -> Receipt:
    """The receipt of a loaded model; `keys` is transformers' report, empty where it made none."""
    checkpoint = prepared.facts.checkpoint
    source = prepared.composition.spec.model.id
    return Receipt(
        model_class=type(model).__name__,
        source={"id": source, "revision": checkpoint.commit if checkpoint else None},
        parameters=int(model.num_parameters()),
        trainable_parameters=int(model.num_parameters(only_trainable=True)),
        memory_bytes=measuring.memory(model),
        dtypes=measuring.dtypes(model),
        attention=measuring.attention(model),
        device_map=measuring.devices(model),
        quantization=measuring.quantization(model),
        training=bool(model.training),
        missing_keys=tuple(sorted(keys.get("missing_keys", ()))),
        unexpected_keys=tuple(sorted(keys.get("unexpected_keys", ()))),
        mismatched_keys=tuple(sorted(name for name, *_ in keys.get("mismatched_keys", ()))),
        seconds=dict(seconds),
        problems=problems,
    )
