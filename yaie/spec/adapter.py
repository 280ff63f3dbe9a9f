"""Group `adapter`: weights of PEFT's beside those of the model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.group import Group
from yaie.spec.model import ModelSpec


class NoAdapter(Group):
    """The model's own weights alone."""

    kind: Literal["none"] = "none"


class Peft(Group):
    """An adapter of PEFT: LoRA and what else is injected into a model's own modules."""

    kind: Literal["peft"] = "peft"
    id: str
    """A hub id (`org/name`) or a local folder, which holds adapter_config.json."""
    revision: str | None = None
    """Branch, tag or commit on the hub; None: the default branch."""
    subfolder: str = ""
    """Folder of the adapter inside the repository."""
    name: str = Field(default="default", pattern=r"^[A-Za-z_]\w*$")
    """What the adapter is called in the model, and in the names of its parameters."""
    is_trainable: bool = False
    """Whether its parameters are to be trained; the model's own are frozen beside it."""
    merge: bool = False
    """Whether it is added to the model's own weights, which leaves a model without adapter."""

    def repository(self, cache_dir: str | None) -> ModelSpec:
        """Where its files are, as a checkpoint's are named."""
        return ModelSpec(
            id=self.id, revision=self.revision, subfolder=self.subfolder, cache_dir=cache_dir
        )


AdapterSpec = Annotated[NoAdapter | Peft, Field(discriminator="kind")]
