"""`python -m benchmarks.predicted`: loads what is foreseen, and writes docs/memory.md."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from benchmarks.predicted.caches import caches
from benchmarks.predicted.large import loads
from benchmarks.predicted.page import page
from benchmarks.predicted.small import cells

PAGE = Path(__file__).parent.parent.parent / "docs" / "memory.md"
T = TypeVar("T")


def main() -> None:
    """Takes some twenty minutes, 16 GB of memory and 6 GB of disk."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    large = list(_shown(loads()))
    small = list(_shown(cells()))
    PAGE.write_text(page(small, large, list(_shown(caches()))), encoding="utf-8")


def _shown(rows: Iterable[T]) -> Iterator[T]:
    for row in rows:
        print(row, flush=True)
        yield row


if __name__ == "__main__":
    main()
