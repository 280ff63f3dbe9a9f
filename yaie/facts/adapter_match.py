"""AdapterMatch: how an adapter's stored tensors fit the places that it makes for them."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.facts.keys import Mismatch


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterMatch:
    """What differs between an adapter's file and the adapter injected into the model."""

    model_class: str
    missing: tuple[str, ...] = ()
    """Weights that the injected adapter has and the file lacks."""
    unexpected: tuple[str, ...] = ()
    """Tensors of the file without a place in the model."""
    mismatched: tuple[Mismatch, ...] = ()
