"""What a CUDA compute capability means: the dtypes that a device computes in."""

from __future__ import annotations

SINCE: dict[str, tuple[int, int]] = {
    "float64": (1, 3),
    "float32": (1, 0),
    "float16": (7, 0),
    "bfloat16": (8, 0),
    "float8_e4m3fn": (8, 9),
    "float8_e5m2": (8, 9),
    "float4_e2m1fn_x2": (10, 0),
}
"""torch's dtypes → the first capability that multiplies matrices in them by units of its own: the
tables of arithmetic throughput and of tensor cores in NVIDIA's CUDA C++ Programming Guide."""
PASCAL = (6, 0)
"""The one older capability that computes in float16 faster than in float32; 6.1 is slower in it."""


def computed(capability: tuple[int, int]) -> tuple[str, ...]:
    """The dtypes that a CUDA device computes in natively; the others it emulates or has not."""
    return tuple(
        dtype
        for dtype, first in SINCE.items()
        if capability >= first or (dtype, capability) == ("float16", PASCAL)
    )
