"""`--export onnx`: the loaded model as a graph for another runtime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.acts.act import Deed
from yaie.loading.destination import obstacles, place_of
from yaie.loading.exporting.export import GRAPH
from yaie.loading.loaded import Loaded
from yaie.planning.exporting import (
    FLAG,
    lacking_packages,
    room_for,
    unexportable,
    unknown_format,
    without_numbers,
)
from yaie.planning.plan import LoadPlan
from yaie.sources.disk import DiskNeed
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A graph, its config and what feeds it in a folder, whole or not at all."""

    format: str
    folder: str | Path
    stage: str = "export"
    flag: str = FLAG

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from unknown_format(self.format)
        yield from lacking_packages()
        yield from obstacles(self.folder, GRAPH)
        yield from without_numbers(spec)

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from unexportable(plan.spec, facts)

    def needs(self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None) -> Iterator[DiskNeed]:
        if memory is not None:
            yield room_for(memory.total("weights_bytes") or 0, place_of(self.folder))

    def done(self, loaded: Loaded) -> Deed:
        exported = loaded.export(self.format, self.folder)
        return Deed(name="exported", told=exported.as_json(), warnings=exported.warnings)
