"""The cells of an architecture that a seed draws. Imports transformers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from tools.oracle import checkpoints, overrides
from tools.oracle.cell import Cell
from tools.oracle.tasks import tasks, tasks_of
from yaie.spec.conf import options

PRECISIONS = ("fp32", "fp16", "bf16", "fp64")
KINDS = (
    "eager",
    "sdpa",
    "flash_attention_2",
    "flash_attention_3",
    "flash_attention_4",
    "flex_attention",
)
ON_A_CPU = ("bnb_4bit", "bnb_8bit", "quanto", "torchao")
"""Methods that run without an accelerator, drawn more often than the others."""
FLASH = KINDS[2:5]
HEADS: tuple[Mapping[str, Any], ...] = (
    {"num_labels": 7},
    {"num_labels": 1},
    {"id2label": {0: "a", 1: "b", 2: "c"}},
    {"problem_type": "regression"},
    {"num_labels": 3, "problem_type": "multi_label_classification"},
    {"num_labels": 3, "id2label": {0: "a", 1: "b"}},
)


def draw(seed: str, architecture: str, number: int) -> Cell:
    """The cell of a number, the same for a seed wherever it is drawn."""
    rng = Random(f"{seed}:{architecture}:{number}")
    own = tasks_of(architecture)
    task = _task(rng, own)
    folder = checkpoints.folder(architecture, task) if rng.random() < 0.35 else None
    if folder is not None:
        return _loaded(rng, architecture, number, task, folder)
    return _built(rng, architecture, number, task)


def _built(rng: Random, architecture: str, number: int, task: str) -> Cell:
    """A cell of the architecture's default config, on `meta`."""
    attention = _attention(rng)
    kinds, config = _config(rng, shape_of(architecture))
    return Cell(
        architecture=architecture,
        number=number,
        task=task,
        weights="meta",
        precision=_precision(rng),
        attention=attention,
        submodules=_submodules(rng, architecture),
        experts=rng.choice(("eager", "batched_mm", "grouped_mm"))
        if rng.random() < 0.03
        else "auto",
        quantization=_quantization(rng) if rng.random() < 0.02 else "none",
        config=config,
        kinds=kinds,
        head=_head(rng, task),
        host="h100" if attention in FLASH and rng.random() < 0.85 else "this",
    )


def _loaded(rng: Random, architecture: str, number: int, task: str, folder: str) -> Cell:
    """A cell of a tiny checkpoint, really loaded."""
    kinds, config = _config(rng, checkpoints.shape_of(folder), none=0.5)
    return Cell(
        architecture=architecture,
        number=number,
        task=rng.choice((task, task, task, "auto")),
        weights="random" if rng.random() < 0.15 else "pretrained",
        precision=_precision(rng),
        attention=rng.choice(("auto", "auto", "auto", *KINDS)),
        quantization=_quantization(rng) if rng.random() < 0.5 else "none",
        config=config,
        kinds=kinds,
        head=_head(rng, task),
        checkpoint=folder,
    )


@cache
def shape_of(architecture: str) -> overrides.ConfigShape | None:
    """Of the default config; None where there is none."""
    from transformers import AutoConfig

    try:
        return overrides.shape(AutoConfig.for_model(architecture))
    except Exception:
        # Upstream has no default config; such an architecture's cells have no overrides.
        return None


def _task(rng: Random, own: tuple[str, ...]) -> str:
    if own and rng.random() < 0.94:
        return rng.choice(own)
    return rng.choice(("auto", *tasks()))


def _precision(rng: Random) -> str:
    return "auto" if rng.random() < 0.5 else rng.choice(PRECISIONS)


def _attention(rng: Random) -> str:
    return "auto" if rng.random() < 0.5 else rng.choice(KINDS)


def _submodules(rng: Random, architecture: str) -> dict[str, str]:
    shape = shape_of(architecture)
    if rng.random() < (0.8 if shape and shape.parts else 0.98):
        return {}
    part = rng.choice([*(shape.parts if shape else ()), "vision_confg"])
    return {part: rng.choice(KINDS[:2] + KINDS[-1:])}


def _quantization(rng: Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(ON_A_CPU)
    return rng.choice([name for name in options("quantization") if name != "none"])


def _head(rng: Random, task: str) -> Mapping[str, Any]:
    """More often where they are likely to mean something."""
    likely = "classification" in task or "detection" in task or "segmentation" in task
    return rng.choice(HEADS) if rng.random() < (0.3 if likely else 0.05) else {}


def _config(
    rng: Random, shape: overrides.ConfigShape | None, none: float = 0.15
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The kinds and values of one to three overrides, or of none."""
    if shape is None or rng.random() < none:
        return (), {}
    kinds: list[str] = []
    config: dict[str, Any] = {}
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3))):
        if drawn := overrides.draw(rng, shape):
            kind, (name, value) = drawn
            kinds += [] if name in config else [kind]
            config.setdefault(name, value)
    return tuple(kinds), config
