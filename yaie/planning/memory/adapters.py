"""An adapter injected into a model on `meta`: the parameters that it adds, and what they are called
in its file. Imports torch and peft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.facts.dtypes import dtype_name
from yaie.facts.facts import Facts
from yaie.planning.memory.structure import Structure, TensorPlan
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.quantization import Unquantized
from yaie.spec.quantization.bitsandbytes import Bnb4bit

PREFIX = "base_model.model."
"""Before each name in an adapter's file: peft wraps models when it saves them."""


def injected(model: Any, adapter: Peft, facts: Facts) -> dict[str, Any]:
    """Name → parameter that the adapter adds to a model on `meta`, which is changed."""
    import torch
    from peft import PeftConfig, inject_adapter_in_model

    assert facts.adapter is not None
    config = PeftConfig.from_pretrained(str(facts.adapter.folder))
    config.inference_mode = not adapter.is_trainable
    before = {id(parameter) for parameter in model.parameters()}
    with torch.device("meta"):
        inject_adapter_in_model(config, model, adapter.name)
    return {n: p for n, p in model.named_parameters() if id(p) not in before}


def stored_shapes(model: Any, adapter: Peft) -> dict[str, tuple[int, ...]]:
    """What the file of an injected adapter's weights holds, by the names that it has there."""
    from peft import get_peft_model_state_dict

    # `auto` would ask the hub whether the base model's vocabulary is another.
    state = get_peft_model_state_dict(model, adapter_name=adapter.name, save_embedding_layers=False)
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def adapter_tensors(
    structure: Structure, bare: Any, spec: LoadSpec, facts: Facts
) -> Iterator[TensorPlan]:
    """The tensors that an adapter adds to a structure; `bare` is the same model without quantiser.

    As peft casts them: to the dtype of the weight beside them, or that a packed one computes in.
    """
    if not keeps_adapter(spec) or facts.adapter is None or facts.adapter.config is None:
        return
    assert isinstance(spec.adapter, Peft)
    packed = {n.rpartition(".")[0] for n in _packed(structure)}
    for name, parameter in injected(bare, spec.adapter, facts).items():
        dtype = _beside(name, packed, structure, spec)
        yield TensorPlan(
            name=name,
            kind="parameter",
            shape=tuple(parameter.shape),
            dtype=dtype_name(dtype),
            bytes=parameter.numel() * dtype.itemsize,
        )


def _packed(structure: Structure) -> list[str]:
    return [n for n, _ in structure.model.named_parameters() if structure.is_quantised(n)]


def _beside(name: str, packed: set[str], structure: Structure, spec: LoadSpec) -> Any:
    import torch

    if not any(name.startswith(f"{module}.") for module in packed):
        return structure.dtype
    if isinstance(spec.quantization, Bnb4bit):
        return getattr(torch, spec.quantization.bnb_4bit_compute_dtype)
    return structure.dtype if isinstance(spec.quantization, Unquantized) else torch.float32
