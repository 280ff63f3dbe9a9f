"""Which fields weights follow, as a file: one gzipped JSON object of model_types."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache

from yaie.facts.limits_file import FOLDER

Shaping = Mapping[str, tuple[str, ...]]
"""Field → tasks whose class does not follow it."""


def pack(observed: Mapping[str, Shaping]) -> bytes:
    """The file's bytes, the same for the same fields."""
    text = json.dumps(observed, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), mtime=0)


def shaping_of(version: str, model_type: str) -> Shaping:
    """The fields of an architecture that its weights follow; none where none were observed."""
    fields = _read(version).get(model_type, {})
    return {name: tuple(spared) for name, spared in fields.items()}


@cache
def _read(version: str) -> Mapping[str, Mapping[str, list[str]]]:
    path = FOLDER / f"shaping-{version}.json.gz"
    if not path.is_file():
        return {}
    read: Mapping[str, Mapping[str, list[str]]] = json.loads(gzip.decompress(path.read_bytes()))
    return read
