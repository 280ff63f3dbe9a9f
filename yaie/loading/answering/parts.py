"""Parts of what stands between raw input and a model, and what they make of an input."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yaie.loading.brought import Brought

_READ_BY = {"text": "tokenizer", "image": "image_processor", "audio": "feature_extractor"}
"""Modality → the part of a processor that reads it."""


def part(processor: Any, name: str) -> Any:
    """A processor's part, or the processor itself where it is that; None where there is none."""
    if hasattr(processor, name):
        return getattr(processor, name)
    return processor if processor is not None and name == _kind(processor) else None


def readable(processor: Any) -> frozenset[str]:
    """The modalities that a processor reads."""
    return frozenset(m for m, name in _READ_BY.items() if part(processor, name) is not None)


def _kind(processor: Any) -> str | None:
    """Which of the parts a processor is; None of one that is made of several."""
    from transformers.feature_extraction_utils import FeatureExtractionMixin
    from transformers.image_processing_base import ImageProcessingMixin
    from transformers.processing_utils import ProcessorMixin

    match processor:
        case ProcessorMixin():
            return None
        case ImageProcessingMixin():
            return "image_processor"
        case FeatureExtractionMixin():
            return "feature_extractor"
    return "tokenizer" if hasattr(processor, "convert_tokens_to_ids") else "video_processor"


def placed(loaded: Brought, inputs: Any) -> dict[str, Any]:
    """Inputs on the model's device, numbers in its dtype, and only such as its forward takes.

    Fast tokenizers write `token_type_ids` for models that have no use for them, and fail there.
    """
    import torch

    model = loaded.model
    taken = inspect.signature(model.forward).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in taken.values())
    kept = {
        name: value
        for name, value in inputs.items()
        if name in taken or (open_ended and name != "token_type_ids")
    }
    return {
        name: value.to(model.device, model.dtype if value.is_floating_point() else None)
        if isinstance(value, torch.Tensor)
        else value
        for name, value in kept.items()
    }


@contextmanager
def reading(loaded: Brought) -> Iterator[None]:
    """The tokenizer writes only what the model's forward takes, within transformers' pipelines."""
    tokenizer = loaded.tokenizer
    if tokenizer is None:
        yield
        return
    names = tokenizer.model_input_names
    taken = inspect.signature(loaded.model.forward).parameters
    tokenizer.model_input_names = [n for n in names if n != "token_type_ids" or n in taken]
    try:
        yield
    finally:
        tokenizer.model_input_names = names
