"""Modes in which models pass on `meta` that otherwise ask for numbers. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def unpadded() -> Any:
    """A mode that answers what a model asks of its masks' values as for texts without padding."""
    import torch
    from torch.overrides import TorchFunctionMode

    asks = (torch.Tensor.item, torch.Tensor.__bool__, torch.Tensor.__contains__)

    class Unpadded(TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            if func in asks and args[0].is_meta:
                return True
            return func(*args, **(kwargs or {}))

    return Unpadded()


def fused_kernels() -> Any:
    """A mode in which kernels make their result and nothing else.

    On `meta` torch takes attention apart into a product of all positions with all, which no kernel
    that it picks on a device keeps, and multiplies experts in bfloat16 alone.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    fused = torch.nn.functional.scaled_dot_product_attention

    def attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> Any:
        return query.new_empty((*query.shape[:-1], value.shape[-1]))

    def experts(rows: Any, weights: Any, *_: Any, **__: Any) -> Any:
        return rows.new_empty((*rows.shape[:-1], weights.shape[-1]))

    made = {fused: attention, torch._grouped_mm: experts}

    class Kernels(TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            return made.get(func, func)(*args, **(kwargs or {}))

    return Kernels()
