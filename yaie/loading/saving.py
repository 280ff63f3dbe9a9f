"""A loaded model saved as a checkpoint of its own. Imports transformers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from yaie.errors import Problem, raise_errors
from yaie.loading.destination import ADAPTER, CHECKPOINT, documents, obstacles, place_of
from yaie.loading.exchange import replaced
from yaie.loading.gathering import as_one, by_the_first, gathered, is_sharded, whole_bytes
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
    holds: str = "model"
    """`adapter` where a model has one: transformers then writes that alone."""
    warnings: tuple[str, ...] = ()
    """What transformers said as it wrote."""

    def as_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "files": self.files,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 4),
            "holds": self.holds,
        }


def save(model: Any, processor: Any, folder: str | Path) -> Saved:
    """Weights, config, generation config and what feeds the model, whole or not at all.

    Every rank of a sharded model saves together; the first of them writes. Raises InputError for a
    folder that must not be replaced, UnsupportedError for a model that transformers does not save,
    SourceError where the disk fails; the folder is as before then.
    """
    if not is_sharded(model):
        _judge(model, folder)
        return _saved(model, processor, folder)
    by_the_first(lambda: _judge(model, folder))
    with mapped("gathering the weights of each rank"):
        weights = gathered(model)
    return by_the_first(lambda: _saved(model, processor, folder, weights))


def _judge(model: Any, folder: str | Path) -> None:
    kind = ADAPTER if _has_adapter(model) else CHECKPOINT
    raise_errors((*obstacles(folder, kind), *unsaveable(model)))
    require_room(room_for(whole_bytes(model), place_of(folder)))


def _saved(
    model: Any, processor: Any, folder: str | Path, weights: dict[str, Any] | None = None
) -> Saved:
    start = time.perf_counter()
    place, doing = place_of(folder), f"saving to `{folder}`"
    with quieted() as said, mapped(doing), writing(doing), replaced(place) as staging:
        write(model, processor, staging, weights)
        for document in documents(place):
            if not (staging / document.name).exists():
                shutil.copy2(document, staging)
    # Warnings that were raised are told when what they were caught in has ended.
    files, size = _measured(place)
    took = time.perf_counter() - start
    warnings = tuple(dict.fromkeys(said))
    return Saved(
        folder=place,
        files=files,
        bytes=size,
        seconds=took,
        holds=held(model),
        warnings=warnings,
    )


def _has_adapter(model: Any) -> bool:
    return bool(getattr(model, "_hf_peft_config_loaded", False))


def held(model: Any) -> Literal["model", "adapter"]:
    """What is written of a model."""
    return "adapter" if _has_adapter(model) else "model"


def unsaveable(model: Any, flag: str = FLAG) -> Iterator[Problem]:
    """Why a model is not written."""
    quantizer = None if _has_adapter(model) else getattr(model, "hf_quantizer", None)
    yield from unserializable(quantizer, flag)
    if is_sharded(model) and (quantizer is not None or flag != FLAG):
        yield refused(flag, IN_PIECES)


def write(model: Any, processor: Any, staging: Path, weights: dict[str, Any] | None = None) -> None:
    """Everything that from_pretrained reads, to an empty folder; `weights` are those of a model
    whose processes hold pieces of them."""
    with as_one(model.config), _embeddings_unasked(model):
        model.save_pretrained(staging, max_shard_size=SHARD, state_dict=weights)
    if processor is not None:
        processor.save_pretrained(staging)


@contextmanager
def _embeddings_unasked(model: Any) -> Iterator[None]:
    """Has peft write an adapter without asking a hub of the model that its config names: 0.21 does
    so to learn whether the vocabulary has grown since, and names are a stranger's."""
    if not _has_adapter(model):
        yield
        return

    def state(state_dict: dict[str, Any] | None = None) -> Any:
        config = model.peft_config[model.active_adapters()[0]]
        base, config.base_model_name_or_path = config.base_model_name_or_path, None
        try:
            return type(model).get_adapter_state_dict(model, state_dict=state_dict)
        finally:
            config.base_model_name_or_path = base

    model.get_adapter_state_dict = state
    try:
        yield
    finally:
        del model.get_adapter_state_dict


def _measured(place: Path) -> tuple[int, int]:
    sizes = [Path(at, name).stat().st_size for at, _, names in os.walk(place) for name in names]
    return len(sizes), sum(sizes)
