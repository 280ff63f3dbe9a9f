"""What a weight becomes as it is quantised, by the method's own code on `meta`.

Imports torch and the method's package.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from yaie.facts.dtypes import dtype_name

Module = Any
"""A module of a model on `meta`, of the class that its quantiser gave it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of one quantised weight."""

    numbers: int
    state: int
    """Scales, offsets and tables beside the numbers."""
    dtype: str
    """That the numbers are stored in; several may share an element."""


class Packer:
    """Packs weights of one load; those of a kind, a shape and a dtype are packed once."""

    def __init__(self, quantizer: Any) -> None:
        self._config = quantizer.quantization_config
        self._pack = _METHODS.get(type(quantizer).__name__)
        self._known: dict[tuple[Any, ...], Packed] = {}

    def packed(self, module: Module, weight: Any) -> Packed | None:
        """What the weight of a module becomes; None where the method's code is not known."""
        if self._pack is None:
            return None
        kind = (type(module), tuple(weight.shape), weight.dtype)
        if kind not in self._known:
            self._known[kind] = self._pack(module, weight, self._config)
        return self._known[kind]


def settle(quantizer: Any, model: Any) -> None:
    """Buffers that transformers makes anew as it quantises: quanto's scales of activations, of the
    default dtype (transformers.integrations.quanto.QuantoQuantize)."""
    if type(quantizer).__name__ == "QuantoHfQuantizer":
        for module in model.modules():
            if hasattr(module, "freeze"):
                for name in ("input_scale", "output_scale"):
                    setattr(module, name, getattr(module, name).float())


def held(tensor: Any) -> Iterator[Any]:
    """The tensors that hold a tensor's numbers and what goes with them: those of one that is
    packed, the numbers first, or itself."""
    if hasattr(tensor, "to_local"):
        # A shard: what this rank holds of it.
        tensor = tensor.to_local()
    if not hasattr(tensor, "__tensor_flatten__"):
        yield tensor
        return
    names, _ = tensor.__tensor_flatten__()
    for name in names:
        yield from held(getattr(tensor, name))


def _bnb_4bit(module: Module, weight: Any, config: Any) -> Packed:
    # Of a checkpoint that holds them packed they are bytes already; their shape is the numbers'.
    numbers = weight.data if weight.is_floating_point() else weight.data.half()
    fresh = type(weight)(numbers, requires_grad=False, **weight.__dict__)
    with _tables_kept():
        quantised = fresh._quantize(weight.device)
    state = sum(tensor.nbytes for tensor in state_tensors(quantised.quant_state))
    return Packed(numbers=quantised.nbytes, state=state, dtype=dtype_name(quantised.dtype))


@contextmanager
def _tables_kept() -> Iterator[None]:
    """bitsandbytes keeps the first table of scales that it makes for all weights after it (0.50):
    one on `meta` would fail their load."""
    from bitsandbytes.functional import name2qmap

    before = dict(name2qmap)
    try:
        yield
    finally:
        name2qmap.clear()
        name2qmap.update(before)


def state_tensors(state: Any) -> Iterator[Any]:
    """The tensors of a bitsandbytes QuantState, and of the one that its scales have in turn."""
    for held_by_name in vars(state).values():
        if hasattr(held_by_name, "element_size"):
            yield held_by_name
    if state.nested:
        yield from state_tensors(state.state2)


def _bnb_8bit(module: Module, weight: Any, config: Any) -> Packed:
    fresh = type(weight)(weight.data, requires_grad=False)
    quantised = fresh._quantize(weight.device)
    return Packed(
        numbers=quantised.nbytes, state=quantised.SCB.nbytes, dtype=dtype_name(quantised.dtype)
    )


def _quanto(module: Module, weight: Any, config: Any) -> Packed:
    scratch = _scratch(module)
    scratch.freeze()
    return _apart(scratch.weight)


def _torchao(module: Module, weight: Any, config: Any) -> Packed:
    from torchao.quantization import quantize_

    scratch = _scratch(module)
    quantize_(scratch, config.get_apply_tensor_subclass())
    return _apart(scratch.weight)


def _apart(weight: Any) -> Packed:
    numbers, *rest = held(weight)
    state = sum(tensor.nbytes for tensor in rest)
    return Packed(numbers=numbers.nbytes, state=state, dtype=dtype_name(numbers.dtype))


def _scratch(module: Module) -> Module:
    """A copy of a module whose weights can be replaced without those of the model."""
    scratch = copy.copy(module)
    scratch._parameters = dict(module._parameters)
    scratch._buffers = dict(module._buffers)
    return scratch


_METHODS: Mapping[str, Callable[[Module, Any, Any], Packed]] = {
    "Bnb4BitHfQuantizer": _bnb_4bit,
    "Bnb8BitHfQuantizer": _bnb_8bit,
    "QuantoHfQuantizer": _quanto,
    "TorchAoHfQuantizer": _torchao,
}
"""By transformers' quantiser."""
