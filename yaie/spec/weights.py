"""Group `weights`: where the numbers come from, and the mode the model is left in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.group import Group

Patterns = Annotated[tuple[str, ...], Field(strict=False)]


class _Weights(Group):
    mode: Literal["eval", "train"] = "eval"
    """Whether dropout and the like are active."""
    freeze: Patterns = ()
    """Patterns (`model.embed_tokens.*`) of parameters that are not to be trained; whatever is tied
    to one of them is frozen with it."""
    trainable: Patterns = ()
    """Patterns (`lm_head.*`) of the only parameters that are to be trained, less those that
    `freeze` names; empty: all."""
    gradient_checkpointing: bool = False
    """Whether layers compute their activations anew in the backward pass rather than keep them;
    heeded in train mode alone."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """Seed of every weight that is drawn at random."""


class Pretrained(_Weights):
    """The checkpoint's weights, by from_pretrained."""

    kind: Literal["pretrained"] = "pretrained"
    reinitialize: Patterns = ()
    """Patterns (`classifier.*`) of weights that are wanted new, whatever the checkpoint holds."""
    ignore_unexpected: Patterns = ()
    """Patterns (`cls.*`) of the checkpoint's weights that the model has no place for, and that are
    given up."""


class Random(_Weights):
    """New random weights, by from_config."""

    kind: Literal["random"] = "random"


class Meta(_Weights):
    """The structure alone, on torch's meta device: no memory, no numbers."""

    kind: Literal["meta"] = "meta"


WeightsSpec = Annotated[Pretrained | Random | Meta, Field(discriminator="kind")]
