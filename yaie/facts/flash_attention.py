"""What each FlashAttention of transformers needs: its package, its devices, its limits.

From FLASH_ATTENTION_COMPATIBILITY_MATRIX and its neighbours in
transformers/modeling_flash_attention_utils.py, and the READMEs of Dao-AILab/flash-attention.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashFacts:
    """One version of FlashAttention."""

    package: str
    minimum: str | None = None
    """Oldest version that transformers takes."""
    devices: frozenset[str] = frozenset({"cuda"})
    """Kinds of devices that it runs on by the package, or by torch_npu."""
    capability: tuple[int, int]
    """Lowest CUDA compute capability."""
    below: tuple[int, int] | None = None
    """The first CUDA compute capability that it is not built for."""
    head_dim: int | None = None
    """Widest head."""
    dropout: bool = False
    """Whether it can drop attention weights."""


DTYPES = ("float16", "bfloat16")
FLASH = {
    "flash_attention_2": FlashFacts(
        package="flash-attn",
        minimum="2.3.3",
        devices=frozenset({"cuda", "mlu", "musa", "npu"}),
        capability=(8, 0),
        head_dim=256,
        dropout=True,
    ),
    # Built for Ampere, Ada and Hopper (Dao-AILab/flash-attention issues 1049 and 1853).
    "flash_attention_3": FlashFacts(
        package="flash-attn-3", capability=(8, 0), below=(10, 0), head_dim=256
    ),
    "flash_attention_4": FlashFacts(package="flash-attn-4", capability=(9, 0)),
}
"""Attention kind → what it needs."""
WITHOUT_PACKAGE = frozenset({"npu"})
"""Devices on which transformers brings the kernels itself."""
SOFTCAP_SINCE = "2.6.0"
"""flash-attn that first caps attention logits; of an older one transformers leaves the cap out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelFacts:
    """A FlashAttention of the hub."""

    version: int
    """Major version that transformers takes where no revision is said: branch `v4`."""
    devices: frozenset[str]
    capability: tuple[int, int] | None
    below: tuple[int, int] | None = None
    stands_for: tuple[str, ...] = ()
    """Kinds in whose place transformers fetches it where their package is missing."""


KERNELS = {
    "kernels-community/flash-attn2": KernelFacts(
        version=4,
        devices=frozenset({"cuda", "xpu"}),
        capability=(8, 0),
        stands_for=("flash_attention_2",),
    ),
    "kernels-community/flash-attn3": KernelFacts(
        version=1, devices=frozenset({"cuda"}), capability=(8, 0), below=(10, 0)
    ),
    "kernels-community/vllm-flash-attn3": KernelFacts(
        version=1,
        devices=frozenset({"cuda"}),
        capability=(8, 0),
        below=(10, 0),
        stands_for=("flash_attention_3",),
    ),
    "kernels-community/flash-attn4": KernelFacts(
        version=0,
        devices=frozenset({"cuda"}),
        capability=(9, 0),
        stands_for=("flash_attention_4",),
    ),
    "kernels-community/aiter-flash-attn": KernelFacts(
        version=2, devices=frozenset({"cuda"}), capability=None
    ),
    "kernels-community/metal-flash-sdpa": KernelFacts(
        version=2, devices=frozenset({"mps"}), capability=None
    ),
}
"""FLASH_ATTN_KERNEL_VERSIONS (for torch 2.10 and newer), _DEVICES and _FALLBACK; `aiter` is for
AMD's devices, which torch calls `cuda` too."""
KERNELS_PACKAGE = ("kernels", "0.18.2", "0.19.0")
"""The package that loads them, its oldest version and the first that is too new:
KERNELS_MIN_VERSION and KERNELS_MAX_VERSION in transformers/utils/import_utils.py."""
