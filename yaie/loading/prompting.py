"""A prompt through the model, so that one sees that it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yaie.loading.gathering import draw_alike
from yaie.loading.loaded import Loaded

MOST_NEW_TOKENS = 40
"""Where the checkpoint's generation config sets no limit of its own."""


def answer(loaded: Loaded, prompt: str) -> str:
    """What the model makes of a text: words where it can, else the shapes of its outputs."""
    import torch

    draw_alike(loaded.model)
    with torch.inference_mode():
        return _way(loaded)(loaded, prompt)


def _way(loaded: Loaded) -> Callable[[Loaded, str], str]:
    name = type(loaded.model).__name__
    if loaded.model.can_generate():
        return _generated
    if name.endswith("ForMaskedLM"):
        return _filled
    if name.endswith("ForSequenceClassification"):
        return _classified
    return _forwarded


def _inputs(loaded: Loaded, text: str) -> Any:
    inputs = loaded.tokenizer(text, return_tensors="pt").to(loaded.model.device)
    inputs.pop("token_type_ids", None)
    return inputs


def _generated(loaded: Loaded, prompt: str) -> str:
    """The prompt continued, or answered where the tokenizer knows how one writes a conversation."""
    tokenizer, model = loaded.tokenizer, loaded.model
    if tokenizer.chat_template:
        turns = [{"role": "user", "content": prompt}]
        inputs = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(model.device)
    else:
        inputs = _inputs(loaded, prompt)
    config = model.generation_config
    limit = config.max_new_tokens or MOST_NEW_TOKENS
    pad = config.pad_token_id if config.pad_token_id is not None else tokenizer.pad_token_id
    output = model.generate(**inputs, max_new_tokens=limit, pad_token_id=pad)[0]
    asked = (
        inputs["input_ids"].shape[1]
        if tokenizer.chat_template and not model.config.is_encoder_decoder
        else 0
    )
    return str(tokenizer.decode(output[asked:], skip_special_tokens=True)).strip()


def _filled(loaded: Loaded, prompt: str) -> str:
    """The five likeliest words for each mask of the prompt."""
    tokenizer = loaded.tokenizer
    inputs = _inputs(loaded, prompt)
    masks = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[:, 0]
    if not len(masks):
        return f"(put {tokenizer.mask_token} where a word is to be filled in)"
    logits = loaded.model(**inputs).logits[0]
    rows = (logits[place].softmax(-1).topk(5) for place in masks)
    return "\n".join(
        ", ".join(
            f"{tokenizer.decode([token]).strip()} {share:.1%}"
            for share, token in zip(row.values.tolist(), row.indices.tolist(), strict=True)
        )
        for row in rows
    )


def _classified(loaded: Loaded, prompt: str) -> str:
    """Each label with its probability, likeliest first."""
    shares = loaded.model(**_inputs(loaded, prompt)).logits[0].softmax(-1).tolist()
    labels = loaded.model.config.id2label
    ranked = sorted(enumerate(shares), key=lambda pair: -pair[1])
    return "\n".join(f"{labels[number]} {share:.1%}" for number, share in ranked)


def _forwarded(loaded: Loaded, prompt: str) -> str:
    """The shape of each output of a forward pass."""
    output = loaded.model(**_inputs(loaded, prompt))
    shaped = {name: value for name, value in output.items() if hasattr(value, "shape")}
    return "\n".join(f"{name} {list(value.shape)}" for name, value in shaped.items())
