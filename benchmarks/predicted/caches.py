"""The cache of a generation of two texts, a short one and one beyond the sliding window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaie
from benchmarks.predicted.families import running
from tools.oracle.checkpoints import tiny
from tools.oracle.tasks import tasks_of
from yaie.errors import UnsupportedError
from yaie.facts.gather import gather
from yaie.planning.memory.kv_cache import CACHES, NoCacheError, cache_bytes, kv_cache_bytes
from yaie.planning.memory.structure import structure_of
from yaie.planning.upstream import quieted

BATCH = 2
SHORT, LONG = 12, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Bytes by context, or why there are none."""

    architecture: str
    foreseen: tuple[int | str, ...]
    had: tuple[int | str, ...]

    @property
    def agrees(self) -> bool:
        return self.foreseen == self.had

    @property
    def is_told(self) -> bool:
        """Whether both sides have a number."""
        return all(isinstance(size, int) for size in (*self.foreseen, *self.had))


def caches() -> Iterator[Cache]:
    """Of every architecture that generates and shrinks to a tiny checkpoint."""
    from transformers import CONFIG_MAPPING

    for architecture in sorted(CONFIG_MAPPING):
        folder = tiny(architecture) if tasks_of(architecture) else None
        if folder is not None and (found := _cache(architecture, folder)):
            yield found


def _cache(architecture: str, folder: str) -> Cache | None:
    config = json.loads((Path(folder) / "config.json").read_text())
    words = (f"model={folder}", "processor=none", "device=cpu", *running(config))
    composition = yaie.compose(*words)
    facts = gather(composition.spec)
    asked = facts.architecture and facts.architecture.classes.get(facts.task or "")
    if not asked or not asked.can_generate:
        return None
    try:
        model = yaie.load(*words).model
    except UnsupportedError:
        # A window that sizes weights: as the checkpoint has it then.
        return None if not list(running(config)) else _plain(architecture, folder)
    with quieted():
        meta = structure_of(composition.spec, facts).model
    return _compared(architecture, meta, model)


def _plain(architecture: str, folder: str) -> Cache | None:
    composition = yaie.compose(f"model={folder}", "processor=none", "device=cpu")
    try:
        model = yaie.load(f"model={folder}", "processor=none", "device=cpu").model
    except UnsupportedError:
        return None
    with quieted():
        meta = structure_of(composition.spec, gather(composition.spec)).model
    return _compared(architecture, meta, model)


def _compared(architecture: str, meta: Any, model: Any) -> Cache:
    return Cache(
        architecture=architecture,
        foreseen=tuple(_foreseen(meta, context) for context in (SHORT, LONG)),
        had=tuple(_had(model, context) for context in (SHORT, LONG)),
    )


def _foreseen(meta: Any, context: int) -> int | str:
    try:
        with quieted():
            return kv_cache_bytes(meta, context=context, batch=BATCH)
    except NoCacheError:
        return 0
    except Exception as error:
        return _said(error)


def _had(model: Any, context: int) -> int | str:
    import torch

    # The last token that is made is not read again.
    read = context // 2
    told: dict[str, Any] = {"max_new_tokens": context - read + 1}
    inputs: dict[str, Any] = {"attention_mask": torch.ones((BATCH, read), dtype=torch.long)}
    inputs["input_ids"] = torch.full((BATCH, read), 3)
    if model.config.is_encoder_decoder:
        told = {"max_new_tokens": context, "decoder_start_token_id": 0, "bos_token_id": 0}
        inputs = {"input_ids": torch.full((BATCH, context), 3)}
        if model.main_input_name == "input_features":
            frames = 2 * getattr(model.config, "max_source_positions", 0)
            bins = getattr(model.config, "num_mel_bins", 0)
            inputs = {"input_features": torch.zeros(BATCH, bins, frames)}
    try:
        with quieted(), torch.no_grad():
            made = model.generate(
                **inputs,
                **told,
                min_new_tokens=told["max_new_tokens"],
                do_sample=False,
                num_beams=1,
                return_dict_in_generate=True,
            )
    except Exception as error:
        return _said(error)
    kept = (made.get(name) for name in CACHES)
    found = [cache_bytes(cache) for cache in kept if cache is not None]
    return found[0] if found else "`generate` tells of no cache"


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:90]}"
