"""A forward pass, for tasks that have no answer of their own."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering.files import picture
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part, placed
from yaie.loading.answering.sound import heard
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought


def forwarded(loaded: Brought, given: Given) -> Told:
    """The shape of each output of a forward pass."""
    output = loaded.model(**_inputs(loaded, given))
    shapes = {name: list(value.shape) for name, value in output.items() if hasattr(value, "shape")}
    return Told(text="\n".join(f"{name} {shape}" for name, shape in shapes.items()), outputs=shapes)


def _inputs(loaded: Brought, given: Given) -> dict[str, Any]:
    read: dict[str, Any] = {}
    whole = loaded.processor is not loaded.tokenizer and given.texts and given.images
    if whole:
        read |= loaded.processor(
            images=picture(given.images[0]), text=given.texts[0], return_tensors="pt"
        )
    elif given.images:
        eyes = part(loaded.processor, "image_processor")
        read |= eyes(picture(given.images[0]), return_tensors="pt")
    if given.texts and not whole:
        read |= loaded.tokenizer(given.texts[0], return_tensors="pt")
    if given.audio:
        read |= heard(loaded, given.audio[0])
    return placed(loaded, read | _decoder_start(loaded, given))


def _decoder_start(loaded: Brought, given: Given) -> dict[str, Any]:
    """The first token of the decoder, where there is one and no processor writes it."""
    import torch

    config = loaded.model.config
    start = (
        getattr(loaded.model.generation_config, "decoder_start_token_id", None)
        if (loaded.model.can_generate())
        else None
    )
    if not config.is_encoder_decoder or start is None:
        return {}
    return {"decoder_input_ids": torch.tensor([[start]])}
