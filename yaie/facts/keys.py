"""KeyFacts: how the tensors of a checkpoint and the weights of a model fit each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A weight whose shape is one in the checkpoint and another in the model."""

    name: str
    stored: tuple[int, ...]
    """In the checkpoint."""
    built: tuple[int, ...]
    """In the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What upstream's own comparison of names and shapes finds, for the class that was asked and
    for the class that the checkpoint was saved from."""

    asked_class: str
    own_class: str | None
    """architectures[0]; None where config.json names none, or one that transformers lacks."""
    missing: tuple[str, ...] = ()
    """Weights of the asked class that the checkpoint lacks."""
    unexpected: tuple[str, ...] = ()
    """Tensors of the checkpoint that the asked class has no place for."""
    mismatched: tuple[Mismatch, ...] = ()
    own_missing: tuple[str, ...] = ()
    """As `missing`, for the checkpoint's own class with the same overrides."""
    own_unexpected: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    """Every weight of the asked class; empty while they are not known."""
    prefix: str = ""
    """base_model_prefix: what the base class names `encoder`, a head's names `bert.encoder`."""
    embeddings: int | None = None
    """Tokens that the asked class has an embedding for; None where it has none for tokens."""
    names_embeddings: bool = True
    """Whether the asked class says which module its input embeddings are, or that it has none."""
    cut: tuple[str, ...] = ()
    """Tensors of the checkpoint that are cut into several weights of the model as they are
    loaded."""
    new_layers: tuple[str, ...] = ()
    """Linear layers of the asked class whose weights the checkpoint lacks."""
    kept: tuple[str, ...] = ()
    """Modules that transformers' quantisers leave as they are, unless told otherwise."""
    has_architectures: bool = True
    """Whether config.json names the class that the checkpoint was saved from."""


def bare(name: str, prefix: str) -> str:
    """A weight's name as the base class has it: `encoder.x` for `bert.encoder.x`."""
    return name.removeprefix(f"{prefix}.") if prefix else name
