"""Brought: a model with what feeds it, and the proof of what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yaie.loading.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the calls of a plan brought."""

    model: Any
    """A transformers PreTrainedModel."""
    processor: Any
    """A tokenizer, image processor, feature extractor or processor; None where there is none."""
    task: str
    """The task that the model was loaded for, `auto` decided."""
    receipt: Receipt

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, be it the processor itself or a part of it; None where there is none."""
        if hasattr(self.processor, "convert_tokens_to_ids"):
            return self.processor
        return getattr(self.processor, "tokenizer", None)
