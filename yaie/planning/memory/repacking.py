"""Weights of four bits that bitsandbytes packs anew for a CPU, and cannot.

The modules of a structure are bitsandbytes' own, built on `meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from yaie.facts.host import HostFacts
from yaie.planning.memory.structure import Structure

ROWS = 32
"""bitsandbytes.functional._convert_weight_packed_for_cpu(block_n=32), 0.50"""


def unpackable(
    structure: Structure, computes: Callable[[str], str], host: HostFacts
) -> Iterator[str]:
    """Modules whose weight has rows that are no multiple of 32, or columns that are none of its
    block, where a CPU computes with them whose kernel wants that: one with AVX512-BF16.

    Which kernel this machine's CPU has is asked of the modules; another machine's is not known.
    """
    for name, module in structure.model.named_modules():
        repacks = getattr(module, "support_avx512bf16_for_cpu", None)
        if repacks is None or (host.is_here and not repacks) or computes(name) != "cpu":
            continue
        if not _is_whole(module):
            yield name


def _is_whole(module: Any) -> bool:
    rows, columns = module.out_features, module.in_features
    return bool(rows % ROWS == 0 and columns % module.weight.blocksize == 0)
