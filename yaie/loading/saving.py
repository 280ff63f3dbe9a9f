"""A loaded model saved as a checkpoint of its own. Imports transformers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.errors import Problem, raise_errors
from yaie.loading import measuring
from yaie.loading.destination import documents, obstacles, place_of
from yaie.loading.exchange import replaced
from yaie.planning.saving import FLAG, IN_PIECES, room_for, unserializable
from yaie.planning.upstream import mapped, quieted, writing
from yaie.rules.problems import refused
from yaie.sources.disk import require_room

SHARD = "5GB"
"""Most bytes a file, as the hub advises; transformers' own default is ten times that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A checkpoint that was written."""

    folder: Path
    files: int
    bytes: int
    seconds: float
    warnings: tuple[str, ...] = ()
    """What transformers said as it wrote."""

    def as_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "files": self.files,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 4),
        }


def save(model: Any, processor: Any, folder: str | Path) -> Saved:
    """Weights, config, generation config and what feeds the model, whole or not at all.

    Raises InputError for a folder that must not be replaced, UnsupportedError for a model that
    transformers does not save, SourceError where the disk fails; the folder is as before then.
    """
    start = time.perf_counter()
    place = place_of(folder)
    raise_errors((*obstacles(folder), *unsaveable(model)))
    require_room(room_for(measuring.memory(model), place))
    doing = f"saving to `{folder}`"
    with quieted() as said, mapped(doing), writing(doing), replaced(place) as staging:
        write(model, processor, staging)
        for document in documents(place):
            if not (staging / document.name).exists():
                shutil.copy2(document, staging)
    # Warnings that were raised are told when what they were caught in has ended.
    files, size = _measured(place)
    took = time.perf_counter() - start
    warnings = tuple(dict.fromkeys(said))
    return Saved(folder=place, files=files, bytes=size, seconds=took, warnings=warnings)


def unsaveable(model: Any, flag: str = FLAG) -> Iterator[Problem]:
    """Why transformers would not save a model."""
    yield from unserializable(getattr(model, "hf_quantizer", None), flag)
    if any(hasattr(parameter, "full_tensor") for parameter in model.parameters()):
        yield refused(flag, IN_PIECES)


def write(model: Any, processor: Any, staging: Path) -> None:
    """Everything that from_pretrained reads, to an empty folder."""
    model.save_pretrained(staging, max_shard_size=SHARD)
    if processor is not None:
        processor.save_pretrained(staging)


def _measured(place: Path) -> tuple[int, int]:
    sizes = [Path(at, name).stat().st_size for at, _, names in os.walk(place) for name in names]
    return len(sizes), sum(sizes)
