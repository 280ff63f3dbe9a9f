"""Which weights of a checkpoint and its model match, found on `meta`. Imports transformers."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts, Mismatch, bare
from yaie.facts.tensor import TensorFacts
from yaie.planning.calls import Call, Value
from yaie.planning.execute import carry_out, evaluated, function

Report = Mapping[str, Any]
"""transformers' report of a load: `missing_keys`, `unexpected_keys`, `mismatched_keys`."""
WEIGHTLESS = (
    "attn_implementation",
    "device_map",
    "experts_implementation",
    "max_memory",
    "offload_buffers",
    "offload_folder",
    "quantization_config",
)
"""Keywords without which a model has the same keys, and can stand on `meta`."""
REPOSITORY = ("revision", "subfolder", "cache_dir", "trust_remote_code", "local_files_only")
"""Keywords by which a config is read."""


def foreseen(call: Call, facts: Facts, values: Sequence[Any]) -> KeyFacts | None:
    """The keys that the model's call will report; None where only the load itself can tell.

    `values` are those of the calls before it. A GGUF file gives its keys only to a whole reading,
    and a quantised checkpoint's keys depend on its quantiser.
    """
    checkpoint = facts.checkpoint
    if checkpoint is None or checkpoint.format in ("gguf", None):
        return None
    if checkpoint.config is None or checkpoint.quantization is not None:
        return None
    model, info = _compared(call, call.target, facts, values)
    own = _own_class(facts)
    odd = any(info[kind] for kind in ("missing_keys", "unexpected_keys"))
    if not odd or own is None or own == type(model).__name__:
        return _facts(model, info, facts, info)
    _, own_info = _compared(call, f"transformers.{own}.from_pretrained", facts, values)
    return _facts(model, info, facts, own_info)


def reported(model: Any, info: Report, facts: Facts) -> KeyFacts:
    """The keys that a load did report, for checkpoints that could not be matched before.

    What the checkpoint's own class would report is told by the names of its weights.
    """
    own = _own_class(facts)
    if own is None or own == type(model).__name__:
        return _facts(model, info, facts, info)
    names, prefix = _names(own, model), model.base_model_prefix
    own_info = {
        "missing_keys": [key for key in info["missing_keys"] if bare(key, prefix) in names],
        "unexpected_keys": [k for k in info["unexpected_keys"] if bare(k, prefix) not in names],
    }
    return _facts(model, info, facts, own_info)


def _mismatched(info: Report) -> tuple[Mismatch, ...]:
    return tuple(
        Mismatch(name=name, stored=tuple(stored), built=tuple(built))
        for name, stored, built in sorted(info["mismatched_keys"])
    )


def _facts(model: Any, info: Report, facts: Facts, own_info: Report) -> KeyFacts:
    own = _own_class(facts)
    return KeyFacts(
        asked_class=type(model).__name__,
        own_class=own,
        missing=tuple(sorted(info["missing_keys"])),
        unexpected=tuple(sorted(info["unexpected_keys"])),
        mismatched=_mismatched(info),
        own_missing=tuple(sorted(own_info["missing_keys"])),
        own_unexpected=tuple(_unexplained(own_info["unexpected_keys"], model, facts)),
        has_architectures=own is not None,
        weights=tuple(model.state_dict()),
        prefix=model.base_model_prefix,
        embeddings=_embeddings(model),
        names_embeddings=_names_embeddings(model),
        new_layers=tuple(_new_layers(model, info["missing_keys"])),
        cut=tuple(_cut(model, facts)),
        kept=_kept(model),
    )


def _names_embeddings(model: Any) -> bool:
    try:
        model.get_input_embeddings()
    except (NotImplementedError, AttributeError):
        return False
    return True


def _new_layers(model: Any, missing: Iterable[str]) -> Iterator[str]:
    import torch
    from transformers.pytorch_utils import Conv1D

    named = {key.removesuffix(".weight") for key in missing if key.endswith(".weight")}
    for name, module in model.named_modules():
        if name in named and isinstance(module, torch.nn.Linear | Conv1D):
            yield name


def _cut(model: Any, facts: Facts) -> Iterator[str]:
    from transformers.conversion_mapping import get_model_conversion_mapping

    stored = (facts.checkpoint.tensors if facts.checkpoint else None) or {}
    for converter in get_model_conversion_mapping(model):
        targets = converter.target_patterns
        if len(targets) < 2 or all(target.endswith("bias") for target in targets):
            continue
        cut = re.compile("|".join(f"(?:{source})" for source in converter.source_patterns))
        yield from (name for name in stored if cut.search(name))


def _kept(model: Any) -> tuple[str, ...]:
    from transformers.quantizers.base import get_keys_to_not_convert

    modules = dict(model.named_modules())
    return tuple(sorted(key for key in get_keys_to_not_convert(model) if key in modules))


def _embeddings(model: Any) -> int | None:
    """The rows of a model's embedding, if they are as many as its config says tokens."""
    try:
        rows = getattr(model.get_input_embeddings(), "num_embeddings", None)
    except (NotImplementedError, AttributeError):
        # A model of images or sound.
        return None
    tokens = getattr(model.config.get_text_config(), "vocab_size", None)
    return int(rows) if rows is not None and rows == tokens else None


def _own_class(facts: Facts) -> str | None:
    """The class that the checkpoint was saved from, by today's name; None if there is none."""
    import transformers

    architectures = facts.checkpoint.architectures if facts.checkpoint else ()
    own = architectures[0] if architectures else ""
    # Checkpoints of other frameworks name their own twins of a class.
    for name in (own, RENAMED.get(own), own.removeprefix("TF"), own.removeprefix("Flax")):
        if name and hasattr(transformers, name):
            return name
    return None


RENAMED = {
    "LLaMAForCausalLM": "LlamaForCausalLM",
    "T5WithLMHeadModel": "T5ForConditionalGeneration",
}
"""Classes that widespread checkpoints were saved from, under the names that they have today."""


def _unexplained(unexpected: Iterable[str], model: Any, facts: Facts) -> list[str]:
    """Weights that no class of the architecture has.

    Checkpoints hold more than their `architectures` say: BERT's own names the masked LM and brings
    the pooler and the next-sentence head of its pre-training.
    """
    left = set(unexpected)
    classes = facts.architecture.classes.values() if facts.architecture and left else ()
    for name in dict.fromkeys(facts_of_class.name for facts_of_class in classes):
        if left:
            names = _names(name, model)
            left -= {key for key in left if bare(key, model.base_model_prefix) in names}
    return sorted(left)


def _names(class_name: str, model: Any) -> frozenset[str]:
    """Names of a class's weights under the model's config, as the base class has them."""
    import torch
    import transformers

    config = copy.deepcopy(model.config)
    for group in (config, config.get_text_config()):
        group.__dict__.pop("quantization_config", None)
    try:
        with torch.device("meta"):
            other = getattr(transformers, class_name)._from_config(config)
    except (ValueError, TypeError, AttributeError):
        # A class may want another config than the asked one's; then it explains nothing.
        return frozenset()
    return frozenset(bare(key, other.base_model_prefix) for key in other.state_dict())


def _compared(call: Call, target: str, facts: Facts, values: Sequence[Any]) -> tuple[Any, Report]:
    """The model on `meta` and transformers' report, by the call's class or another's.

    Of a checkpoint whose headers are known the tensors are handed over on `meta`: from files
    transformers would read every number first, and drop it.
    """
    held = facts.checkpoint
    on_meta = _on_meta(call, target)
    if held is None or held.tensors is None or call.kwargs.get("trust_remote_code"):
        model, info = carry_out(on_meta, values)
        return model, info
    config = _config(call, values)
    cls, config = _class_of(target, config)
    if type(config).extra_files:
        model, info = carry_out(on_meta, values)
        return model, info
    model, info = cls.from_pretrained(
        None,
        config=config,
        state_dict=_hollow(held.tensors),
        **{name: evaluated(on_meta.kwargs[name], values) for name in _COMPARING},
    )
    return model, info


_COMPARING = ("device_map", "dtype", "ignore_mismatched_sizes", "output_loading_info")


def _config(call: Call, values: Sequence[Any]) -> Any:
    """The config that a call builds its model by: its own argument, else the repository's."""
    from transformers import AutoConfig

    if "config" in call.kwargs:
        return evaluated(call.kwargs["config"], values)
    args = [evaluated(value, values) for value in call.args]
    return AutoConfig.from_pretrained(
        *args, **{name: call.kwargs[name] for name in REPOSITORY if name in call.kwargs}
    )


def _class_of(target: str, config: Any) -> tuple[Any, Any]:
    """The class that a target builds, and the config, or the part of it, that it builds by."""
    import torch
    from transformers import initialization

    cls = function(target.removesuffix(".from_pretrained"))
    if hasattr(cls, "forward"):
        return cls, config
    with torch.device("meta"), initialization.no_init_weights():
        model = cls.from_config(copy.deepcopy(config))
    return type(model), config if type(config) is type(model.config) else model.config


def _hollow(tensors: Mapping[str, TensorFacts]) -> dict[str, Any]:
    import torch

    return {
        name: torch.empty(tensor.shape, dtype=getattr(torch, tensor.dtype), device="meta")
        for name, tensor in tensors.items()
    }


def _on_meta(call: Call, target: str) -> Call:
    kept = {name: value for name, value in call.kwargs.items() if name not in WEIGHTLESS}
    asked: dict[str, Value] = {
        "device_map": "meta",
        "output_loading_info": True,
        "ignore_mismatched_sizes": True,
    }
    return replace(call, target=target, kwargs=kept | asked)
