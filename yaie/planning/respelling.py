"""Calls in the words of the release that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from yaie.facts.checkpoint import tokenizer_class
from yaie.facts.facts import Facts
from yaie.facts.spelling import (
    CHECKPOINTING,
    KEYWORDS,
    QUANTIZATION,
    SHARDING,
    TOKENIZERS,
    Spelled,
    former,
)
from yaie.planning.calls import Call, Nested, Value
from yaie.spec.load_spec import LoadSpec

MAKERS = ("from_pretrained", "from_config")
PASSED_ON = "quant_method"
"""A field that no quantisation config names, and each hands to the class above it."""
AUTO_TOKENIZER = "transformers.AutoTokenizer.from_pretrained"


def respelled(calls: Iterable[Call], spec: LoadSpec, facts: Facts) -> tuple[Call, ...]:
    """The same calls by that release's names."""
    return tuple(replace(call, **_changes(call, spec, facts)) for call in calls)


def respellings(calls: Iterable[Call], spec: LoadSpec, facts: Facts) -> Iterator[Spelled]:
    """Each name of the calls that is another one there, once."""
    said: dict[str, str] = {}
    for call in calls:
        changes = _changes(call, spec, facts)
        if "target" in changes:
            today, there = call.target.split("."), str(changes["target"]).split(".")
            said |= {t: b for t, b in zip(today, there, strict=True) if t != b}
        said |= {
            f"{today}=": f"{there}="
            for today, there in zip(call.kwargs, changes.get("kwargs", ()), strict=False)
            if today != there
        }
    return (Spelled(today=today, there=there) for today, there in said.items())


def _changes(call: Call, spec: LoadSpec, facts: Facts) -> dict[str, Any]:
    version = facts.transformers
    if call.target == AUTO_TOKENIZER and facts.checkpoint is not None:
        # AutoTokenizer does not find the class, which reads tokenizer.json and is there by its
        # former name.
        named = tokenizer_class(facts.checkpoint, spec.model.subfolder) or ""
        before = former(TOKENIZERS, named, version)
        return {"target": f"transformers.{before}.from_pretrained"} if before else {}
    owner, _, method = call.target.rpartition(".")
    if before := former(CHECKPOINTING, method, version):
        kwargs = {former(CHECKPOINTING, n, version) or n: v for n, v in call.kwargs.items()}
        return {"target": f"{owner}.{before}", "kwargs": kwargs}
    if call.target.startswith("transformers.AutoModel") and call.target.endswith(MAKERS):
        kwargs = {
            former((*KEYWORDS, *SHARDING), name, version) or name: _value(name, value, facts)
            for name, value in call.kwargs.items()
        }
        return {"kwargs": kwargs | _ranks(call, version)}
    return {}


def _value(name: str, value: Value, facts: Facts) -> Value:
    if former(SHARDING, name, facts.transformers):
        return "auto"
    return _quantization(value, facts)


def _ranks(call: Call, version: str) -> dict[str, Value]:
    """The number of ranks where it is a keyword of its own."""
    sharding = call.kwargs.get("distributed_config")
    if not isinstance(sharding, Nested) or not former(SHARDING, "distributed_config", version):
        return {}
    return {"tp_size": sharding.kwargs["tp_size"]}


def _quantization(value: Value, facts: Facts) -> Value:
    """A quantisation config with the fields that its class has there; what is left out is at its
    default, as the rules see to."""
    known = {config.config: config.fields for config in facts.quantization.values()}
    fields = known.get(_class(value.target)) if isinstance(value, Nested) else None
    if not isinstance(value, Nested) or not fields:
        return value
    named = {former(QUANTIZATION, n, facts.transformers) or n: v for n, v in value.kwargs.items()}
    return replace(value, kwargs={n: v for n, v in named.items() if n in (*fields, PASSED_ON)})


def _class(target: str) -> str:
    return target.split(".")[1]
