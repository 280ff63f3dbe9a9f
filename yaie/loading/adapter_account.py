"""What a receipt says of an adapter, read from the model; of one that was merged, from its files.

Imports peft.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from yaie.facts.adapter import AdapterFacts
from yaie.facts.facts import Facts
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec


def adapter(spec: LoadSpec, facts: Facts, model: Any) -> dict[str, Any]:
    """The adapter that was asked for, as the model has it; empty where there is none."""
    asked = spec.adapter
    if not isinstance(asked, Peft):
        return {}
    held = _merged(facts.adapter) if asked.merge else _injected(asked.name, model)
    commit = facts.adapter.commit if facts.adapter else None
    return {"id": asked.id, "revision": commit, "name": asked.name, **held}


def _injected(name: str, model: Any) -> dict[str, Any]:
    from peft.tuners.tuners_utils import BaseTunerLayer

    config = getattr(model, "peft_config", {}).get(name)
    layers = [each for each in model.modules() if isinstance(each, BaseTunerLayer)]
    own = _parameters(name, model)
    return {
        "type": None if config is None else config.peft_type.value,
        "rank": getattr(config, "r", None),
        "modules": len(layers),
        "parameters": sum(parameter.numel() for parameter in own),
        "trainable": any(parameter.requires_grad for parameter in own),
        "merged": any(name in layer.merged_adapters for layer in layers),
    }


def _parameters(name: str, model: Any) -> list[Any]:
    """Those of an adapter's layers and of its copies of whole modules, by its name in them."""
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    kinds = (BaseTunerLayer, AuxiliaryTrainingWrapper)
    named = (
        (path.split("."), parameter)
        for layer in model.modules()
        if isinstance(layer, kinds)
        for path, parameter in layer.named_parameters()
    )
    own = {id(p): p for path, p in named if path[0] not in _WRAPPED and name in path}
    return [*own.values()]


_WRAPPED = ("base_layer", "original_module")
"""What peft calls the module of the model inside its own."""


def _merged(held: AdapterFacts | None) -> dict[str, Any]:
    """The model has forgotten it: what was added to it is in the files."""
    config: Mapping[str, Any] = (held and held.config) or {}
    stored = (held and held.tensors) or {}
    return {
        "type": config.get("peft_type"),
        "rank": config.get("r"),
        "modules": len(_modules(stored, str(config.get("peft_type")))),
        "parameters": sum(prod(tensor.shape) for tensor in stored.values()),
        "trainable": False,
        "merged": True,
    }


def _modules(names: Mapping[str, object], type: str) -> set[str]:
    """The modules that tensors of a file are added to: the tuner's own names begin alike."""
    from peft.mapping import PEFT_TYPE_TO_PREFIX_MAPPING

    prefix = "." + PEFT_TYPE_TO_PREFIX_MAPPING.get(type, "lora_")
    return {name.partition(prefix)[0] for name in names if prefix in name}
