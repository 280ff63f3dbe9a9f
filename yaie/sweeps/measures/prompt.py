"""How fast a prompt is read. Imports torch."""

from __future__ import annotations

import inspect
from typing import Any

from yaie.loading.answering.parts import placed
from yaie.sweeps.measures.clock import repeated, spread
from yaie.sweeps.measures.measure import Found, Subject
from yaie.sweeps.measures.samples import samples
from yaie.sweeps.measures.text import first_token, room, token_ids

PROMPT = 256
"""Tokens of the prompt, or as many as the text and the model's positions have room for."""
NEW = 32
"""Tokens that are generated after it."""


SOUNDING = ("text-to-spectrogram", "text-to-waveform")
"""Tasks whose models generate sounds."""


def prompt(subject: Subject) -> Found:
    """Tokens of the prompt a second: a pass over it that gives the next token's logits alone."""
    if not generates(subject):
        return Found()
    inputs = forward(subject, prompt_inputs(subject))
    tokens = inputs["input_ids"].shape[1]
    passed = repeated(lambda: subject.model(**inputs), subject.measuring.repeats)
    return Found({"prompt_tokens_per_second": spread(tokens / seconds for seconds in passed)})


def generates(subject: Subject) -> bool:
    """Whether the model writes texts, and reads them."""
    writes = subject.model.can_generate() and subject.loaded.task not in SOUNDING
    return writes and subject.model.main_input_name == "input_ids"


def prompt_inputs(subject: Subject) -> dict[str, Any]:
    """The beginning of the text, with room left for what is generated."""
    ids = token_ids(subject, max(1, min(PROMPT, room(subject) - NEW)))
    return placed(subject.loaded, {"input_ids": ids, "attention_mask": ids.new_ones(ids.shape)})


def forward(subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
    """The keywords of one pass over a prompt, as generation begins with it."""
    import torch

    model = subject.model
    more: dict[str, Any] = {}
    if "logits_to_keep" in inspect.signature(model.forward).parameters:
        more["logits_to_keep"] = 1
    if model.config.is_encoder_decoder:
        start = torch.tensor([[first_token(model)]], device=model.device)
        more["decoder_input_ids"] = start
    return {**inputs, **more}


def first_input(subject: Subject) -> dict[str, Any]:
    """What the first pass is made over."""
    if generates(subject):
        return forward(subject, prompt_inputs(subject))
    return dict(samples(subject).each[0].inputs)
