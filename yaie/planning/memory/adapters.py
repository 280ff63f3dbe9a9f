"""An adapter injected into a model on `meta`: the parameters that it adds, and what they are called
in its file. Imports torch and peft."""

from __future__ import annotations

from collections.abc import Container, Iterator
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


def stored_state(model: Any, adapter: Peft, names: Container[str]) -> dict[str, Any]:
    """Tensors of an injected adapter that its file holds, by the names that they have there.

    `names` are those of the file: of embeddings beside an adapter it may hold a copy.
    """
    from peft import get_peft_model_state_dict

    # `auto` would ask the hub whether the base model's vocabulary is another.
    own: dict[str, Any]
    own = get_peft_model_state_dict(model, adapter_name=adapter.name, save_embedding_layers=False)
    copied = {n: t for n, t in model.state_dict().items() if n in names and ".base_layer." in n}
    return copied | own


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
