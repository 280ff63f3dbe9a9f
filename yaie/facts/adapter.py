"""AdapterFacts: what a PEFT adapter at hand holds, read from its config and header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaie.facts.headers import tensors
from yaie.facts.tensor import TensorFacts
from yaie.sources.adapters import adapter_files, blamed, format_of, locate_adapter
from yaie.sources.documents import read_object
from yaie.sources.files import ADAPTER_CONFIG, Format, inside
from yaie.spec.adapter import Peft

INJECTED = frozenset(
    {
        "C3A",
        "DEFT",
        "DELORA",
        "FOURIERFT",
        "GLORA",
        "GRALORA",
        "HIRA",
        "HRA",
        "IA3",
        "LILY",
        "LN_TUNING",
        "LOHA",
        "LOKR",
        "LORA",
        "MISS",
        "OFT",
        "PEANUT",
        "ROAD",
        "SUPERTUNING",
        "TRAINABLE_TOKENS",
        "WAVEFT",
    }
)
"""Types that are injected into a model's own modules and foreseen on `meta`. A test makes each with
peft 0.21, and holds the table to those that give peft's own numbers here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFacts:
    """What is at hand of an adapter. Never holds weights."""

    folder: Path
    """Where its files lie, its subfolder included."""
    commit: str | None
    """Commit of the hub repository; None for a local folder."""
    config: Mapping[str, Any] | None
    """adapter_config.json as it stands; None where there is none."""
    file: str | None
    """The file of its weights, by its name in the repository; None where there is none."""
    bytes: int = 0
    """Of that file."""
    format: Format | None = None
    tensors: Mapping[str, TensorFacts] | None = None
    """Every stored tensor by name; None where only a whole reading can tell."""
    is_at_hand: bool = True
    """Whether the file of its weights is here, and not its header alone."""

    @property
    def type(self) -> object:
        """`LORA`; None where the config names none."""
        return (self.config or {}).get("peft_type")

    @property
    def base(self) -> str | None:
        """The model that it was trained on, as its config says."""
        named = (self.config or {}).get("base_model_name_or_path")
        return named if isinstance(named, str) and named else None


def read_adapter(adapter: Peft, cache_dir: str | None) -> AdapterFacts | None:
    """The facts of an adapter; None while nothing of it is at hand.

    Raises SourceError for a folder that is not there, and for a file that is not what it must be.
    """
    source = locate_adapter(adapter.repository(cache_dir))
    if source is None:
        return None
    with blamed():
        names = adapter_files(source.files, adapter.subfolder)
        config = inside(adapter.subfolder, ADAPTER_CONFIG)
        file = next((name for name in names if name != config), None)
        format = format_of(file) if file else None
        return AdapterFacts(
            folder=source.folder / adapter.subfolder,
            commit=source.commit,
            config=read_object(source.folder / config) if config in names else None,
            file=file,
            bytes=source.files[file] if file else 0,
            format=format,
            tensors=tensors(source.folder / file, format) if file and format else None,
        )
