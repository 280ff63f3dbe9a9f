"""ModelLoader: a causal language model and its tokenizer in two calls."""

from __future__ import annotations

from typing import Any

from yaie.errors import Fault, Problem, UnsupportedError
from yaie.spec.wording import override


class ModelLoader:
    """Loads a causal language model by hub id or local path, in float16, on what the machine has.

    Nothing is read, imported or fetched before a method asks for it. Further overrides
    (`"precision=bf16"`) are those of the command line.
    """

    def __init__(self, model: str, *overrides: str) -> None:
        self.model = model
        self.overrides = overrides

    def load_model(self) -> Any:
        """The model, a transformers PreTrainedModel in eval mode.

        Raises UnsupportedError for a checkpoint without a causal-LM head, SourceError where its
        files cannot be had.
        """
        from yaie.loading.load import finish
        from yaie.loading.preparing import prepare
        from yaie.loading.reporting import Silent
        from yaie.loading.stopwatch import Stopwatch

        watch = Stopwatch(Silent())
        prepared = prepare(self._composition("processor=none"), watch)
        if prepared.keys and prepared.keys.missing:
            raise UnsupportedError(self._headless(prepared.keys.missing))
        return finish(prepared, watch).model

    def load_tokenizer(self) -> Any:
        """The tokenizer, with a padding token."""
        from yaie.loading.load import load_processor

        return load_processor(self._composition("weights=meta"))

    def _composition(self, *overrides: str) -> Any:
        from yaie.planning.preflight import compose

        asked = (override("model.id", self.model), "task=causal-lm", "precision=fp16")
        return compose(None, [*asked, "device=auto", *overrides, *self.overrides])

    def _headless(self, missing: tuple[str, ...]) -> Problem:
        return Problem(
            path="task.name",
            message=f"`{self.model}` has no causal-LM head: its checkpoint lacks `{missing[0]}`"
            f" and {len(missing) - 1} more of AutoModelForCausalLM's weights",
            hint=f"`yaie {override('model.id', self.model)}` loads it for the task it was made for",
            fault=Fault.UNSUPPORTED,
        )
