"""What a user's own transformers code makes of a cell. Knows nothing of yaie. Imports torch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any

from tools.oracle.availability import flash_attention_there
from tools.oracle.cell import Cell
from tools.oracle.deviations import DTYPES, deviations
from tools.oracle.effects import without_effect
from tools.oracle.keys import odd_keys
from tools.oracle.outcome import Happened, refusal
from yaie.planning.upstream import quieted


def naive(cell: Cell, auto: Any) -> Happened:
    """The outcome of the calls that anyone would write, `auto` being the AutoModel class."""
    with heard() as warned, host_of(cell):
        return _outcome(cell, auto, warned)


@contextmanager
def heard() -> Iterator[list[str]]:
    """The warnings of transformers, those too that it gives once a process."""
    from transformers.utils import logging

    logging.warning_once.cache_clear()
    with quieted() as warned:
        yield warned


@contextmanager
def host_of(cell: Cell) -> Iterator[None]:
    """Packages and devices of another host are taken to be there."""
    with nullcontext() if cell.host == "this" else flash_attention_there():
        yield


def default_fails(cell: Cell, auto: Any) -> bool:
    """Whether the architecture cannot be built with its default config."""
    plain = Cell(
        architecture=cell.architecture, number=0, task=cell.task, weights="meta", attention="eager"
    )
    return naive(plain, auto).phase is not None


def _outcome(cell: Cell, auto: Any, warned: list[str]) -> Happened:
    try:
        config = _config(cell)
    except Exception as error:
        # Whatever transformers raises is its answer.
        return refusal("config", error)
    try:
        model, keys = _model(cell, auto, config)
    except Exception as error:
        return refusal("load" if cell.weights == "pretrained" else "build", error)
    found = [*deviations(cell, config, model, warned), *keys, *without_effect(cell, auto, model)]
    return Happened(deviations=tuple(dict.fromkeys(found)))


def _config(cell: Cell) -> Any:
    from transformers import AutoConfig

    # Configs fill in what mappings leave out, in the mappings that they are given.
    fields = deepcopy({**cell.config, **cell.head})
    if cell.checkpoint is not None:
        return AutoConfig.from_pretrained(cell.checkpoint, **fields)
    return AutoConfig.for_model(cell.architecture, **fields)


def _model(cell: Cell, auto: Any, config: Any) -> tuple[Any, list[str]]:
    """The model, and what is odd about its keys."""
    import torch

    asked = dict(_asked(cell))
    if cell.weights == "pretrained":
        asked |= _quantization(cell)
        model, report = auto.from_pretrained(
            cell.checkpoint, config=config, output_loading_info=True, **asked
        )
        return model, [*(told for told, _ in odd_keys(report)), *_of_the_config(cell, auto)]
    if cell.quantization != "none":
        asked |= _quantization(cell)
    with torch.device("meta") if cell.weights == "meta" else nullcontext():
        return auto.from_config(config, **asked), []


def _of_the_config(cell: Cell, auto: Any) -> Iterator[str]:
    """What is odd about the config that a checkpoint's weights were loaded with."""
    if not cell.config:
        return
    config = _config(cell)
    try:
        made = type(config)(**{**_stored(cell), **deepcopy(dict(cell.config))})
    except Exception as error:
        # Upstream asks the class when a config is read and saved, not when a field is set.
        yield f"its class refuses the config: {type(error).__name__}"
        return
    loaded, said = config.to_dict(), made.to_dict()
    for name in sorted(loaded.keys() & said.keys() - cell.config.keys() - {"transformers_version"}):
        if loaded[name] != said[name] and isinstance(said[name], dict):
            yield f"`{name}` follows from the override in a config.json, and stays as it was here"
    if cell.quantization != "none" and not _fits(cell, auto):
        yield "the weights do not fit, as the load without quantisation says"


def _stored(cell: Cell) -> dict[str, Any]:
    read = json.loads((Path(str(cell.checkpoint)) / "config.json").read_text(encoding="utf-8"))
    return dict(read)


def _fits(cell: Cell, auto: Any) -> bool:
    """Whether weights and config go together: a quantised weight of another shape passes."""
    try:
        _, report = auto.from_pretrained(
            cell.checkpoint, config=_config(cell), output_loading_info=True
        )
    except (RuntimeError, ValueError):
        return False
    return not report.get("mismatched_keys")


def _asked(cell: Cell) -> Iterator[tuple[str, Any]]:
    import torch

    if cell.precision != "auto":
        yield "dtype", getattr(torch, DTYPES[cell.precision])
    if cell.submodules:
        yield "attn_implementation", _by_part(cell)
    elif cell.attention != "auto":
        yield "attn_implementation", cell.attention
    if cell.experts != "auto":
        yield "experts_implementation", cell.experts


def _by_part(cell: Cell) -> dict[str, str]:
    whole = {"": cell.attention} if cell.attention != "auto" else {}
    return {**whole, **cell.submodules}


def _quantization(cell: Cell) -> dict[str, Any]:
    """The quantisation config that the option's own name means to a user of transformers."""
    from tools.oracle.quantizing import config

    return {} if cell.quantization == "none" else {"quantization_config": config(cell.quantization)}
