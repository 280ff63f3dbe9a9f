"""Told: what a model answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a model answered."""

    text: str
    """For people, a few lines."""
    outputs: object = None
    """The same for programs, as JSON has it, whole; None where the text is all there is."""
