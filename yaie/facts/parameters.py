"""ParameterFacts: the parameters that a load brings, by the names that they will have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterFacts:
    """The parameters of a model as they stand on `meta`."""

    model_class: str
    names: tuple[str, ...]
    """Each parameter under each of its names."""
    packed: frozenset[str] = frozenset()
    """Those that a quantiser packs, or that are no floating numbers: they have no gradient."""
    tied: Mapping[str, str] = field(default_factory=dict)
    """Name → the name of the parameter that it is, where it is another one's."""
