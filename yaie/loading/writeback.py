"""Files on their way to disk while they are still being written, so that a flush finds little left.

Linux alone; elsewhere the flush does all of it. What fails here is told by the flush.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_SYNC_FILE_RANGE_WRITE = 2
_BETWEEN_LOOKS = 0.1
"""Seconds."""


@contextmanager
def written_back(folder: Path) -> Iterator[None]:
    """Has the kernel write what files in a folder come to hold; waits for none of it.

    By itself it would begin when a tenth of memory waits to be written.
    """
    if sys.platform != "linux":
        yield
        return
    over = Event()
    looking = Thread(target=_look, args=(folder, over), daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _look(folder: Path, over: Event) -> None:
    libc = ctypes.CDLL(None)
    whole = ctypes.c_int64(0), ctypes.c_int64(0)
    while not over.wait(_BETWEEN_LOOKS):
        for parent, _, names in os.walk(folder):
            for name in names:
                try:
                    file = os.open(Path(parent, name), os.O_RDONLY)
                except OSError:
                    # It was temporary, and is gone.
                    continue
                libc.sync_file_range(file, *whole, _SYNC_FILE_RANGE_WRITE)
                os.close(file)
