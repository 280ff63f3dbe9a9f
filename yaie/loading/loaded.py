"""Loaded: what a load hands over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.loading.modules import tree_of
from yaie.loading.receipt import Receipt
from yaie.loading.saving import Saved, save
from yaie.planning.tree.node import ModuleTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model, what feeds it, and the proof of what it is."""

    model: Any
    """A transformers PreTrainedModel."""
    processor: Any
    """A tokenizer, image processor, feature extractor or processor; None where there is none."""
    receipt: Receipt

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, be it the processor itself or a part of it; None where there is none."""
        if hasattr(self.processor, "convert_tokens_to_ids"):
            return self.processor
        return getattr(self.processor, "tokenizer", None)

    def tree(self) -> ModuleTree:
        """The modules of the model as they are, those that are alike folded."""
        return tree_of(self.model)

    def save(self, folder: str | Path) -> Saved:
        """Writes model and processor as a checkpoint, whole or not at all.

        A checkpoint that is there is replaced as a whole. Raises YaieError where that cannot be,
        and the folder is as before then.
        """
        return save(self.model, self.processor, folder)
