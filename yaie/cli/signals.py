"""Exit codes of a program that a signal ended: 128 plus its number, as shells spell them."""

from __future__ import annotations

INTERRUPTED = 130
BROKEN_PIPE = 141
TERMINATED = 143
