"""Which weights of a checkpoint and its model match, found on `meta` without reading a weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts, Mismatch
from yaie.loading.execute import carry_out
from yaie.planning.calls import Call, Value

WEIGHTLESS = ("quantization_config", "device_map", "max_memory", "offload_folder")
"""Keywords without which a model has the same keys, and can stand on `meta`."""


def foreseen(call: Call, facts: Facts, values: Sequence[Any]) -> KeyFacts | None:
    """The keys that the model's call will report; None where only the load itself can tell.

    `values` are those of the calls before it. A GGUF file gives its keys only to a whole reading,
    and a quantised checkpoint's keys depend on its quantiser.
    """
    checkpoint = facts.checkpoint
    if checkpoint is None or checkpoint.format in ("gguf", None):
        return None
    if checkpoint.config is None or "quantization_config" in checkpoint.config:
        return None
    model, info = carry_out(_on_meta(call, call.target), values)
    return _facts(model, info, checkpoint.architectures, call, values)


def reported(model: Any, info: Mapping[str, Any], facts: Facts) -> KeyFacts:
    """The keys that a load did report, for checkpoints that could not be matched before.

    The model's own class stands for the checkpoint's, so that nothing odd is explained away.
    """
    return KeyFacts(
        asked_class=type(model).__name__,
        own_class=type(model).__name__,
        missing=tuple(sorted(info["missing_keys"])),
        unexpected=tuple(sorted(info["unexpected_keys"])),
        mismatched=_mismatched(info),
        own_missing=tuple(sorted(info["missing_keys"])),
        own_unexpected=tuple(sorted(info["unexpected_keys"])),
        has_architectures=bool(facts.checkpoint and facts.checkpoint.architectures),
        weights=tuple(model.state_dict()),
        prefix=model.base_model_prefix,
    )


def _mismatched(info: Mapping[str, Any]) -> tuple[Mismatch, ...]:
    return tuple(
        Mismatch(name=name, stored=tuple(stored), built=tuple(built))
        for name, stored, built in sorted(info["mismatched_keys"])
    )


def _facts(
    model: Any,
    info: Mapping[str, Any],
    architectures: Sequence[str],
    call: Call,
    values: Sequence[Any],
) -> KeyFacts:
    own = _own_class(architectures)
    asked = type(model).__name__
    odd = any(info[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    other = odd and own is not None and own != asked
    own_info = _info_of_own(own, call, values) if other and own else info
    return KeyFacts(
        asked_class=asked,
        own_class=own,
        missing=tuple(sorted(info["missing_keys"])),
        unexpected=tuple(sorted(info["unexpected_keys"])),
        mismatched=_mismatched(info),
        own_missing=tuple(sorted(own_info["missing_keys"])),
        own_unexpected=tuple(sorted(own_info["unexpected_keys"])),
        has_architectures=own is not None,
        weights=tuple(model.state_dict()),
        prefix=model.base_model_prefix,
    )


def _own_class(architectures: Sequence[str]) -> str | None:
    """The class that the checkpoint was saved from, if transformers has it."""
    import transformers

    own = architectures[0] if architectures else None
    return own if own and hasattr(transformers, own) else None


def _info_of_own(own: str, call: Call, values: Sequence[Any]) -> Mapping[str, Any]:
    """What the checkpoint's own class would report under the same overrides."""
    _, info = carry_out(_on_meta(call, f"transformers.{own}.from_pretrained"), values)
    return dict(info)


def _on_meta(call: Call, target: str) -> Call:
    kept = {name: value for name, value in call.kwargs.items() if name not in WEIGHTLESS}
    asked: dict[str, Value] = {
        "device_map": "meta",
        "output_loading_info": True,
        "ignore_mismatched_sizes": True,
    }
    return replace(call, target=target, kwargs=kept | asked)
