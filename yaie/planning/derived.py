"""Fields of a config that follow from others. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Fault, Problem
from yaie.facts.facts import Facts
from yaie.planning.overrides import IDENTITY, full
from yaie.spec.wording import override

TOLD_ELSEWHERE = IDENTITY | {"dtype", "torch_dtype", "quantization_config"}


def stale(
    config: Any, own: Mapping[str, Any], overrides: Mapping[str, Any], facts: Facts
) -> Iterator[Problem]:
    """A problem for each field that would be another if the overrides stood in config.json.

    from_pretrained sets an override upon the finished config, where a field that follows from it
    (`layer_types` from `sliding_window`) keeps the value it had.
    """
    from transformers import AutoConfig

    edited = AutoConfig.for_model(config.model_type, **full(own, overrides, facts)).to_dict()
    for name, value in config.to_dict().items():
        if name in TOLD_ELSEWHERE or name in overrides or edited.get(name, value) == value:
            continue
        yield Problem(
            path="model.config",
            message=f"`{name}` follows from {_named(overrides)} in a config.json, but is left"
            f" `{_short(value)}` where a checkpoint is loaded",
            hint=f"`{override(f'model.config.{name}', edited[name])}`",
            fault=Fault.UNSUPPORTED,
        )


def _named(overrides: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}`" for name in overrides)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 60 else text[:57] + "…"
