"""Tiny checkpoints: every byte of the weights and of what a quantiser keeps beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaie
from benchmarks.predicted.families import SETTINGS, architectures
from tools.oracle.checkpoints import tiny
from yaie.errors import UnsupportedError
from yaie.facts.gather import gather
from yaie.loading import measuring
from yaie.planning.memory.quantization_state import state_bytes
from yaie.planning.memory.structure import structure_of
from yaie.planning.upstream import quieted


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of one model."""

    weights: int
    state: int | None

    def __str__(self) -> str:
        return f"{self.weights:,} + {self.state if self.state is None else f'{self.state:,}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One load, foreseen and had."""

    architecture: str
    setting: str
    foreseen: Memory
    had: Memory

    @property
    def agrees(self) -> bool:
        return self.foreseen == self.had


def cells() -> Iterator[Cell | tuple[str, str]]:
    """Every architecture × setting; of one that the rules refuse its name and the setting's."""
    for _, architecture in architectures():
        folder = tiny(architecture)
        if folder is None:
            raise LookupError(f"no sizes make a tiny {architecture}")
        for setting, words in SETTINGS.items():
            asked = (f"model={folder}", "processor=none", "device=cpu", *words)
            try:
                model = yaie.load(*asked).model
            except UnsupportedError:
                yield architecture, setting
                continue
            had = _had(model)
            yield Cell(
                architecture=architecture, setting=setting, foreseen=foreseen(*asked), had=had
            )


def foreseen(*words: str) -> Memory:
    """What is foreseen of a load."""
    composition = yaie.compose(*words)
    with quieted():
        structure = structure_of(composition.spec, gather(composition.spec))
        weights = sum(tensor.bytes for tensor in structure.tensors())
        return Memory(weights, state_bytes(structure))


def _had(model: object) -> Memory:
    """By transformers' own count; where that counts packed tensors as if they were not, theirs."""
    footprint = model.get_memory_footprint()  # type: ignore[attr-defined]
    held, state = measuring.memory(model), measuring.quantization_state(model)
    if held == footprint:
        return Memory(footprint, state)
    return Memory(held - state, state)
