"""Group `attention`: which kernel computes attention, and which the experts of a mixture."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from yaie.spec.group import Group


class AttentionSpec(Group):
    """Attention kernels, for the whole model or a part at a time."""

    kind: str = "auto"
    """`auto`, `eager`, `sdpa`, `flash_attention_2`, `flash_attention_3`, `flex_attention`, …, or a
    hub kernel `org/name@revision`."""
    submodules: dict[str, str] = Field(default_factory=dict)
    """A kind for a sub-config's part alone: `{vision_config: eager}`."""
    experts: Literal["auto", "eager", "batched_mm", "grouped_mm"] = "auto"
    """How a mixture's experts are multiplied (experts_implementation)."""
