"""`--save DIR`: the loaded model as a checkpoint of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.acts.act import Deed
from yaie.loading.destination import place_of, unsaveable_to
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.planning.saving import FLAG, room_for, saved_bytes, unsaveable
from yaie.sources.disk import DiskNeed
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Model and processor in a folder, whole or not at all."""

    folder: str | Path
    stage: str = "save"
    flag: str = FLAG

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from unsaveable_to(spec, self.folder)

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from unsaveable(plan.spec, facts)

    def needs(self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None) -> Iterator[DiskNeed]:
        if (size := saved_bytes(plan.spec, facts, memory)) is not None:
            yield room_for(size, place_of(self.folder))

    def done(self, loaded: Loaded) -> Deed:
        saved = loaded.save(self.folder)
        return Deed(name="saved", told=saved.as_json(), warnings=saved.warnings)
