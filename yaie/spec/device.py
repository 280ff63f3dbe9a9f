"""Group `device`: where the modules go."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.group import Group

KINDS = ("cpu", "cuda", "mps", "xpu", "npu", "hpu", "mlu", "musa", "sdaa")
"""torch's words for the devices that a model can be put on."""
DEVICE = re.compile(rf"({'|'.join(KINDS)})(?::(\d+))?")
"""A device of torch, `cpu` or `cuda:1`."""

Memory = dict[int | str, int | str]


class _Offload(Group):
    max_memory: Memory | None = None
    """Most memory a device may take: `{0: 20GiB, cpu: 64GiB}`; integers are bytes."""
    offload_folder: str | None = None
    """Folder for modules that the map sends to `disk`. Command line only."""
    offload_buffers: bool = False
    """Offload buffers together with parameters."""


class Dispatched(_Offload):
    """Modules spread over what the machine has, by accelerate."""

    kind: Literal["auto", "balanced", "balanced_low_0", "sequential"] = "auto"


class Single(Group):
    """The whole model on one device."""

    kind: Literal["single"] = "single"
    device: str
    """A torch device: `cpu`, `cuda`, `cuda:1`, `mps`."""


class Mapped(_Offload):
    """Each module where the map says."""

    kind: Literal["map"] = "map"
    map: dict[str, int | str] = Field(min_length=1)
    """Module names to devices: `{model.embed_tokens: 0, lm_head: cpu}`; `""` is the rest."""


class Unplaced(Group):
    """Loaded on CPU without a device map, to be moved by hand."""

    kind: Literal["none"] = "none"


class Sharded(Group):
    """Each weight in pieces, one a process of torchrun."""

    kind: Literal["tp", "fsdp"]
    ranks: int | None = Field(default=None, ge=2)
    """Processes; None: as many as torchrun started, else one an accelerator. Command line only."""


DeviceSpec = Annotated[
    Dispatched | Single | Mapped | Unplaced | Sharded, Field(discriminator="kind")
]
