"""Group `model`: which checkpoint, and what is overridden in its config.json."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from yaie.spec.group import Group


class KnownConfig(Group):
    """What is known of a checkpoint's own config.json while it is not at hand."""

    source: str
    """Where the facts were read."""
    config: dict[str, Any] = Field(default_factory=dict)
    """Fields of config.json, `architectures` among them; what it leaves out has its default."""


class ModelSpec(Group):
    """Which checkpoint to load, from where, and with which config.json overrides."""

    id: str | None = None
    """A hub id (`org/name`), a local folder, or `pkg://package/path`; None: by `architecture`
    alone."""
    revision: str | None = None
    """Branch, tag or commit on the hub; None: the default branch."""
    subfolder: str = ""
    """Folder of the checkpoint inside the repository."""
    variant: str | None = None
    """Weights of `model.VARIANT.safetensors` instead of `model.safetensors`."""
    gguf_file: str | None = None
    """Name of a GGUF file of the repository or folder to load the weights from."""
    use_safetensors: bool | None = None
    """None: safetensors where there are any, else `.bin`; true: safetensors only; false: `.bin`
    only."""
    cache_dir: str | None = None
    """Folder of the hub cache; None: `$HF_HOME/hub`."""
    trust_remote_code: bool = False
    """Run the Python that a repository brings with it. Command line only."""
    architecture: str | None = None
    """The model_type (`llama`), so that checking needs no network."""
    natural_task: str | None = None
    """The task that the checkpoint was made for; what `task=auto` means while config.json is not at
    hand."""
    config: dict[str, Any] = Field(default_factory=dict)
    """Overrides of config.json's fields; nested fields merge into the checkpoint's own value."""
    known: KnownConfig | None = None
    """What is known of the checkpoint's config.json; never passed to from_pretrained."""
