"""A text continued or answered, alone or about images and sounds."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import placed
from yaie.loading.answering.prompt import converses, fed
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought

MOST_NEW_TOKENS = 40
"""Where neither the user nor the checkpoint's generation config sets a limit."""


def generated(loaded: Brought, given: Given) -> Told:
    """The prompt continued, or answered where the processor knows how one writes a conversation."""
    model = loaded.model
    inputs = placed(loaded, fed(loaded.processor, given))
    asked = inputs["input_ids"].shape[1]
    output = model.generate(**inputs, **_settings(loaded, given))[0]
    # What follows a conversation, or something seen or heard, is told without it.
    alone = given.images or given.audio or converses(loaded.processor)
    begins = 0 if model.config.is_encoder_decoder or not alone else asked
    return Told(
        text=str(loaded.tokenizer.decode(output[begins:], skip_special_tokens=True)).strip()
    )


def _settings(loaded: Brought, given: Given) -> dict[str, Any]:
    config = loaded.model.generation_config
    pad = config.pad_token_id
    return {
        "max_new_tokens": given.max_new_tokens or config.max_new_tokens or MOST_NEW_TOKENS,
        "pad_token_id": loaded.tokenizer.pad_token_id if pad is None else pad,
    }
