"""Resident memory of one load, every tensor touched: `resident.py WORD…` prints JSON.

What the process had resident before is subtracted. A small load of the same kind goes first, so
that libraries are imported and their own tables made. Pages of the checkpoint's files that were
read and are mapped still are given back before the tensors are touched: those that tensors lie in
come back.
"""

import ctypes
import gc
import json
import sys

import yaie
from benchmarks.predicted.small import foreseen
from yaie.planning.memory.packing import held, state_tensors


def resident() -> int:
    """Bytes, once what is free has been given back."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmRSS"].split()[0]) * 1024


def give_back(folder: str) -> None:
    """Drops pages of files that are mapped from the folder; they are read again when touched."""
    libc = ctypes.CDLL("libc.so.6", use_errno=True)
    with open("/proc/self/maps") as maps:
        mapped = [line.split() for line in maps if folder in line]
    for addresses, access, *_ in mapped:
        begin, end = (int(address, 16) for address in addresses.split("-"))
        # A page that was written to would be lost.
        assert "Anonymous:             0 kB" in smaps(addresses)
        if libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), DROP):
            raise OSError(ctypes.get_errno(), f"pages of {folder}, mapped {access}")


DROP = 4
"""MADV_DONTNEED"""


def smaps(addresses: str) -> str:
    """What the kernel tells of one mapping."""
    with open("/proc/self/smaps") as told:
        _, _, found = told.read().partition(addresses)
    return found.partition("VmFlags")[0]


def touch(model) -> int:  # type: ignore[no-untyped-def]
    """Reads a byte of every page, without a copy; the bytes that differ from nothing."""
    found = 0
    for tensor in (*model.parameters(), *model.buffers()):
        parts = [*held(tensor)]
        if state := getattr(tensor, "quant_state", None):
            parts += state_tensors(state)
        if (scales := getattr(tensor, "SCB", None)) is not None:
            parts.append(scales)
        for part in parts:
            storage = part.untyped_storage()
            pages = (ctypes.c_ubyte * storage.nbytes()).from_address(storage.data_ptr())
            found += sum(byte != 0 for byte in pages[::4096])
    return found


words = sys.argv[1:]
small = yaie.load("model=tiny", "device=cpu", *words[1:]).model
told = foreseen(*words)
touch(small)
del small
before = resident()
model = yaie.load(*words).model
give_back(words[0].removeprefix("model="))
touch(model)
after = resident()
document = {
    "weights": told.weights,
    "state": told.state,
    "footprint": model.get_memory_footprint(),
    "resident": after - before,
}
print(json.dumps(document))
