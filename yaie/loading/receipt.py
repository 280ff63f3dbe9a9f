"""Receipt: what was got."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from yaie.errors import Problem
from yaie.facts.memory import MemoryFacts
from yaie.loading import measuring
from yaie.loading.preparing import Prepared
from yaie.rules.problems import said
from yaie.spec.wording import sized


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
    training: bool
    missing_keys: tuple[str, ...]
    unexpected_keys: tuple[str, ...]
    mismatched_keys: tuple[str, ...]
    seconds: Mapping[str, float]
    """Stage → seconds."""
    problems: tuple[Problem, ...]
    """Warnings of the load."""
    saved: Mapping[str, object] = field(default_factory=dict)
    """`folder`, `files`, `bytes` and `seconds`; empty where the model was not saved."""

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
    compared = comparison(model, prepared.memory)
    checkpoint = prepared.facts.checkpoint
    source = prepared.composition.spec.model.id
    return Receipt(
        model_class=type(model).__name__,
        source={"id": source, "revision": checkpoint.commit if checkpoint else None},
        parameters=int(model.num_parameters()),
        trainable_parameters=int(model.num_parameters(only_trainable=True)),
        memory_bytes=sum(measuring.over_ranks(model).values()),
        memory=compared,
        dtypes=measuring.dtypes(model),
        attention=measuring.attention(model),
        device_map=measuring.devices(model),
        quantization=measuring.quantization(model),
        training=bool(model.training),
        missing_keys=tuple(sorted(keys.get("missing_keys", ()))),
        unexpected_keys=tuple(sorted(keys.get("unexpected_keys", ()))),
        mismatched_keys=tuple(sorted(name for name, *_ in keys.get("mismatched_keys", ()))),
        seconds=dict(seconds),
        problems=(*problems, *surprises(compared)),
    )


MOST_OFF = 0.05
"""Share by which the memory may differ from what was predicted without a word."""


def comparison(model: Any, memory: MemoryFacts | None) -> dict[str, dict[str, int]]:
    """Device → predicted and measured bytes, of the devices that hold weights all the time."""
    if memory is None:
        return {}
    measured = {
        **measuring.memory_by_device(model),
        **measuring.over_ranks(model),
    }
    held = {
        n: d for n, d in memory.devices.items() if d.weights_bytes and n not in memory.offloaded
    }
    return {
        name: {"predicted_bytes": device.loaded_bytes, "measured_bytes": measured.get(name, 0)}
        for name, device in held.items()
        if name != "meta" and device.quantization_state_bytes is not None
    }


def surprises(compared: Mapping[str, Mapping[str, int]]) -> Iterator[Problem]:
    """A warning for each device whose memory is not as predicted."""
    for name, sizes in compared.items():
        predicted, measured = sizes["predicted_bytes"], sizes["measured_bytes"]
        if abs(measured - predicted) > MOST_OFF * predicted:
            yield said(
                "device",
                f"`{name}` holds {sized(measured)} of weights and their state, and"
                f" {sized(predicted)} were predicted",
            )
