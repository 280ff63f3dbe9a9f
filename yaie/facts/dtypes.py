"""Dtypes by torch's names, for all who compare them without torch."""

from __future__ import annotations


def dtype_name(dtype: object) -> str:
    """torch's name without the module: `bfloat16`."""
    return str(dtype).removeprefix("torch.")
