"""Images, videos and sounds of chance, of the size that a model takes. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

from yaie.loading.answering.parts import part
from yaie.planning.memory.inputs import UnknownInputError, inputs, text_inputs
from yaie.sweeps.measures.measure import Subject, UnmeasuredError
from yaie.sweeps.measures.text import SEED

DRAWN = 4
"""Images or sounds."""
DECODED = 8
"""Tokens of a text beside them."""
PHOTO = (480, 640)
"""Height and width of what an image processor is given to scale."""
ANY = (224, 224)
"""Of images that neither config nor processor says a size of."""

Inputs = Mapping[str, Any]
"""Keywords of a forward pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Inputs of chance, each a batch of one."""

    each: tuple[Inputs, ...]
    told: str
    """`images of 32 × 32`."""


def needs_more(model: Any) -> bool:
    """Whether texts alone are no input of it."""
    named, config = signature(model.forward).parameters, model.config
    has_eyes = hasattr(config, "vision_config") or hasattr(config, "image_size")
    sees = "pixel_values" in named and has_eyes and not model.can_generate()
    return sees or model.main_input_name != "input_ids"


def drawn(subject: Subject) -> Drawn:
    """What a model that sees or hears is given; raises UnmeasuredError where that is not known."""
    import torch

    drawing = torch.Generator().manual_seed(SEED)
    each = tuple(_inputs(subject, drawing) for _ in range(DRAWN))
    return Drawn(each=each, told=_told(each[0]))


def _inputs(subject: Subject, drawing: Any) -> Inputs:
    import torch

    model = subject.model
    named = signature(model.forward).parameters
    if "pixel_values" in named:
        texts = text_inputs(model, 1, DECODED).items()
        words = {name: torch.ones(v.shape, dtype=v.dtype) for name, v in texts if name in named}
        return {**words, **_pictures(subject, drawing)}
    if shape := _spectrogram(model):
        return {"input_values": torch.randn(shape, generator=drawing)}
    try:
        found = inputs(model, 1, DECODED).values
    except UnknownInputError as error:
        raise UnmeasuredError(str(error)) from error
    return {name: _filled(value, drawing) for name, value in found.items()}


def _filled(value: Any, drawing: Any) -> Any:
    import torch

    if value.is_floating_point():
        return torch.randn(value.shape, generator=drawing)
    return torch.ones(value.shape, dtype=value.dtype)


def _spectrogram(model: Any) -> tuple[int, ...] | None:
    """Frames × bands of a model that reads all of a spectrogram at once, as AST does."""
    frames, bands = (getattr(model.config, n, None) for n in ("max_length", "num_mel_bins"))
    if model.main_input_name != "input_values" or not frames or not bands:
        return None
    return 1, frames, bands


def _pictures(subject: Subject, drawing: Any) -> Inputs:
    """Of the size that its config says, or else its processor, or its backbone's config."""
    import torch

    config = subject.model.config
    eyes = _sized(config, "vision_config", "encoder")
    if eyes is None and (scaled := _scaled(subject, drawing)):
        return scaled
    eyes = eyes or _sized(config, "backbone_config")
    size = ANY if eyes is None else eyes.image_size
    height, width = size if isinstance(size, list | tuple) else (size, size)
    frames = [eyes.num_frames] if hasattr(eyes, "num_frames") else []
    shape = (1, *frames, getattr(eyes or config, "num_channels", 3), height, width)
    return {"pixel_values": torch.randn(shape, generator=drawing)}


def _sized(config: Any, *parts: str) -> Any:
    """The config, or the first of its parts, that says the size of an image; None where none is."""
    found = (config, *(getattr(config, name, None) for name in parts))
    return next((each for each in found if getattr(each, "image_size", None)), None)


def _scaled(subject: Subject, drawing: Any) -> Inputs | None:
    """What its processor makes of a photo of noise, or of two where the model matches them; None
    where it has none, or that wants more."""
    import torch

    reader = part(subject.loaded.processor, "image_processor")
    if reader is None:
        return None
    several = 2 if subject.loaded.task == "keypoint-matching" else 1
    noise = torch.randint(256, (several, *PHOTO, 3), generator=drawing, dtype=torch.uint8)
    try:
        return dict(reader([*noise.numpy()], return_tensors="pt"))
    except TypeError:
        return None


def _told(each: Inputs) -> str:
    return " and ".join(_kinds(each))


def _kinds(each: Inputs) -> Iterator[str]:
    if "input_ids" in each or "decoder_input_ids" in each:
        yield "texts"
    if (image := each.get("pixel_values")) is not None:
        *frames, _, height, width = image.shape[1:]
        what = f"sets of {frames[0]} images" if frames else "images"
        yield f"{what} of {height} × {width}"
    elif any(value.is_floating_point() for value in each.values()):
        yield "sounds"
