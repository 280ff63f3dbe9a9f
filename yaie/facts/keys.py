"""KeyFacts: how the weights of a checkpoint and those of a model match."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What a load reports of its keys, beside what the checkpoint's own class reports."""

    asked_class: str
    own_class: str | None
    """`architectures[0]` of config.json; None where it says none, or none that transformers has."""
    missing: tuple[str, ...]
    """Weights of the model that the checkpoint lacks."""
    unexpected: tuple[str, ...]
    """Weights of the checkpoint that the model lacks."""
    mismatched: tuple[tuple[str, Shape, Shape], ...]
    """Name, shape in the checkpoint, shape in the model."""
    own_missing: tuple[str, ...]
    """`missing` for the checkpoint's own class under the same overrides."""
    own_unexpected: tuple[str, ...]
    has_architectures: bool
    prefix: str
    """`base_model_prefix` of the asked class: `bert.encoder.x` and `encoder.x` are one weight."""
