"""Group `precision`: the dtype of the parameters."""

from __future__ import annotations

from typing import Literal

from yaie.spec.group import Group

DType = Literal["float64", "float32", "float16", "bfloat16"]


class PrecisionSpec(Group):
    """The dtype that the parameters are held in."""

    dtype: Literal["auto"] | DType = "auto"
    """`auto`: as config.json says, else as the weights are stored."""
