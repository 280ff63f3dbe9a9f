"""Dtypes by torch's names, for all who compare them without torch."""

from __future__ import annotations

from yaie.facts.tensor import SAFETENSORS

BITS = dict(SAFETENSORS.values())
"""Bits an element."""


def dtype_name(dtype: object) -> str:
    """torch's name without the module: `bfloat16`."""
    return str(dtype).removeprefix("torch.")


def is_float(dtype: str) -> bool:
    return dtype.startswith(("float", "bfloat"))


def is_integer(dtype: str) -> bool:
    return dtype.startswith(("int", "uint", "bool"))
