"""Group `processor`: the tokenizer, image processor or feature extractor beside the model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.group import Group


class AutoProcessing(Group):
    """Whatever turns raw input into tensors for the task."""

    kind: Literal["auto"] = "auto"
    pad_token: Literal["eos", "keep"] = "eos"
    """`eos`: the end-of-sequence token pads where there is no padding token; `keep`: as it is."""
    padding_side: Literal["left", "right"] | None = None
    """Side that padding goes to; None: as the checkpoint says."""
    chat_template: str | None = None
    """Jinja template of a conversation, in place of the checkpoint's own."""


class NoProcessing(Group):
    """The model alone."""

    kind: Literal["none"] = "none"


ProcessorSpec = Annotated[AutoProcessing | NoProcessing, Field(discriminator="kind")]
