"""What models read, on `meta`: texts, images and sounds without numbers. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

SECONDS = 10
"""Of a sound that a model takes of any length."""
RATE = 16_000
"""Samples a second that speech models are made for."""


class UnknownInputError(Exception):
    """The size of what a model reads is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Keywords of a forward pass."""

    values: Mapping[str, Any]
    told: str | None
    """What they are where they are no text: `images of 224 × 224`."""


def inputs(model: Any, batch: int, length: int) -> Inputs:
    """What a model mainly reads; of text so many tokens.

    Raises UnknownInputError for a model of whose inputs no size is known.
    """
    import torch

    match model.main_input_name:
        case "input_ids" if _reads_pairs(model):
            image = _image(model, model.config.vision_config, batch)
            both = {**text_inputs(model, batch, length), "pixel_values": image}
            return Inputs(values=both, told=None)
        case "input_ids" | "input_features":
            return Inputs(values=text_inputs(model, batch, length), told=None)
        case "pixel_values":
            image = _image(model, model.config, batch)
            size = " × ".join(map(str, image.shape[2:]))
            return Inputs(values={"pixel_values": image}, told=f"images of {size}")
        case "input_values" if _reads_frames(model):
            frames = (batch, model.config.max_length, model.config.num_mel_bins)
            values = {"input_values": torch.empty(frames, dtype=model.dtype, device="meta")}
            return Inputs(values=values, told=f"sounds of {frames[1]:,} frames")
        case "input_values" if "input_values" in signature(model.forward).parameters:
            return Inputs(values={"input_values": _sound(model, batch)}, told=_SOUND)
        case name:
            raise UnknownInputError(f"`{type(model).__name__}` reads `{name}` of any size")


def text_inputs(model: Any, batch: int, length: int) -> dict[str, Any]:
    """Text for a decoder; for an encoder what it reads, and the text of its decoder."""
    import torch

    ids = torch.ones((batch, length), dtype=torch.long, device="meta")
    config = model.config
    if not config.is_encoder_decoder:
        return {"input_ids": ids}
    if model.main_input_name == "input_features" and hasattr(config, "max_source_positions"):
        # Whisper's encoder takes sounds of one length, two frames a position.
        shape = (batch, config.num_mel_bins, 2 * config.max_source_positions)
        sound = torch.empty(shape, dtype=model.dtype, device="meta")
        return {"input_features": sound, "decoder_input_ids": ids}
    return {"input_ids": ids, "decoder_input_ids": ids}


def _reads_pairs(model: Any) -> bool:
    """Whether each text comes with a picture that it is compared with, as CLIP's do."""
    named = signature(model.forward).parameters
    return (
        "pixel_values" in named
        and hasattr(model.config, "vision_config")
        and not model.can_generate()
    )


def _reads_frames(model: Any) -> bool:
    """Whether a sound comes as frames of a spectrogram, as many as the config says."""
    return all(hasattr(model.config, field) for field in ("max_length", "num_mel_bins"))


def _image(model: Any, config: Any, batch: int) -> Any:
    import torch

    size = getattr(config, "image_size", None)
    if size is None:
        raise UnknownInputError(f"`{type(model).__name__}` reads images of any size")
    height, width = size if isinstance(size, list | tuple) else (size, size)
    shape = (batch, getattr(config, "num_channels", 3), height, width)
    return torch.empty(shape, dtype=model.dtype, device="meta")


_SOUND = f"sounds of {SECONDS} seconds"


def _sound(model: Any, batch: int) -> Any:
    import torch

    return torch.empty((batch, SECONDS * RATE), dtype=model.dtype, device="meta")
