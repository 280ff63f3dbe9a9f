"""Every page of the weights read once: a load that maps its files read none. Imports torch."""

from __future__ import annotations

import mmap
from typing import Any

from yaie.loading.measuring import states
from yaie.planning.memory.packing import held
from yaie.sweeps.measures.measure import Found, Subject

TOUCH = "touch"
"""The stage in a row's `seconds`; it is the one measure that counts as loading."""


def touch(subject: Subject) -> Found:
    """Reads a byte of each page that parameters, buffers and a quantiser's state lie in."""
    import torch

    for storage in _storages(subject.model).values():
        place = torch.empty(0, dtype=torch.uint8, device=storage.device)
        int(place.set_(storage)[:: mmap.PAGESIZE].sum())
    return Found()


def _storages(model: Any) -> dict[int, Any]:
    """Memory that tensors share is there once; what waits on disk is on `meta`, and is not."""
    tensors = [
        part
        for tensor in (*model.parameters(), *model.buffers())
        for part in (*held(tensor), *states(tensor))
    ]
    storages = [part.untyped_storage() for part in tensors if part.device.type != "meta"]
    return {storage.data_ptr(): storage for storage in storages}
