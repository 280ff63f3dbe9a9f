"""The account of a loaded model: its receipt, read from the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.memory import MemoryFacts
from yaie.loading import measuring
from yaie.loading.adapter_account import adapter
from yaie.loading.preparing import Prepared
from yaie.loading.receipt import Receipt
from yaie.rules.problems import said
from yaie.spec.wording import sized


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
        trainable=measuring.trainable(model),
        memory_bytes=sum(measuring.over_ranks(model).values()),
        memory=compared,
        dtypes=measuring.dtypes(model),
        attention=measuring.attention(model),
        device_map=measuring.devices(model),
        quantization=measuring.quantization(model),
        adapter=adapter(prepared.composition.spec, prepared.facts, model),
        training=bool(model.training),
        gradient_checkpointing=measuring.checkpoints(model),
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
