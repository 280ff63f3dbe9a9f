"""A text continued or answered, alone or about images and sounds."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering.files import picture, samples
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part, placed
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought

MOST_NEW_TOKENS = 40
"""Where neither the user nor the checkpoint's generation config sets a limit."""


def generated(loaded: Brought, given: Given) -> Told:
    """The prompt continued, or answered where the processor knows how one writes a conversation."""
    model = loaded.model
    inputs = _inputs(loaded, given)
    asked = inputs["input_ids"].shape[1]
    output = model.generate(**inputs, **_settings(loaded, given))[0]
    begins = 0 if model.config.is_encoder_decoder or not _converses(loaded, given) else asked
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


def _converses(loaded: Brought, given: Given) -> bool:
    """Whether the answer alone is told: it follows a conversation, or something seen or heard."""
    return bool(given.images or given.audio or _template(loaded))


def _template(loaded: Brought) -> Any:
    """Whoever holds the template of a conversation; None where there is none."""
    for holder in (loaded.processor, loaded.tokenizer):
        if getattr(holder, "chat_template", None):
            return holder
    return None


def _inputs(loaded: Brought, given: Given) -> dict[str, Any]:
    images = [picture(file) for file in given.images]
    sounds = [samples(loaded, file) for file in given.audio]
    template = _template(loaded)
    if template is None:
        made = _plain(loaded, given.prompt, images, sounds)
    else:
        content = _content(given.prompt or "", images, sounds)
        alone = template is loaded.tokenizer
        made = template.apply_chat_template(
            [{"role": "user", "content": given.prompt if alone else content}],
            add_generation_prompt=True,
            tokenize=True,
            return_tensors="pt",
            return_dict=True,
        )
    return placed(loaded, made)


def _content(prompt: str, images: list[Any], sounds: list[Any]) -> list[dict[str, Any]]:
    """A message's parts as templates of processors have them."""
    return [
        *({"type": "image", "image": image} for image in images),
        *({"type": "audio", "audio": sound} for sound in sounds),
        {"type": "text", "text": prompt},
    ]


def _plain(loaded: Brought, prompt: str | None, images: list[Any], sounds: list[Any]) -> Any:
    if not images and not sounds:
        return loaded.tokenizer(prompt, return_tensors="pt")
    seen = {"images": images} if images else {}
    heard = {"audio": sounds, "sampling_rate": _rate(loaded)} if sounds else {}
    return loaded.processor(text=prompt, return_tensors="pt", **seen, **heard)


def _rate(loaded: Brought) -> int:
    return int(part(loaded.processor, "feature_extractor").sampling_rate)
