"""`--push REPO`: the loaded model as a commit on a hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading import pushing
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.planning.saving import saved_bytes, unsaveable, without_whole_weights
from yaie.sources.disk import DiskNeed
from yaie.sources.download import Progress, silent
from yaie.sources.push.displaced import Kind
from yaie.sources.push.target import FLAG, Target
from yaie.spec.load_spec import LoadSpec, keeps_adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Model and processor on a branch of a repository."""

    target: Target
    saved: str | Path | None = None
    """The folder that an act before this one saves the model to; None where none does."""
    progress: Progress = field(default=silent, compare=False)
    stage: str = "push"

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from without_whole_weights(spec, FLAG)
        kind: Kind = "adapter" if keeps_adapter(spec) else "model"
        yield from pushing.obstacles(self.target, spec.model.id, kind)

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from unsaveable(plan.spec, facts, FLAG)

    def needs(self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None) -> Iterator[DiskNeed]:
        if self.saved is None and (size := saved_bytes(plan.spec, facts, memory)) is not None:
            yield pushing.room_for(size)

    def watched(self, progress: Progress) -> Push:
        return replace(self, progress=progress)

    def done(self, loaded: Loaded) -> Deed:
        id = loaded.receipt.source["id"]
        pushed = pushing.push(
            loaded.model,
            loaded.processor,
            self.target,
            id,
            saved=self.saved,
            progress=self.progress,
        )
        return Deed(name="pushed", told=pushed.as_json(), problems=pushed.warnings)
