"""`--prompt`, `--text`, `--image`, `--audio`: the model's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.acts.act import Deed
from yaie.loading.answering import files, refusals
from yaie.loading.answering.answer import answer
from yaie.loading.answering.given import Given
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.planning.upstream import quieted
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Inputs through the model, so that one sees that it works."""

    given: Given
    stage: str = "answer"

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from refusals.empty(self.given)
        yield from refusals.limited(self.given)
        yield from refusals.weightless(spec, self.given)
        yield from files.unreadable(self.given)

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from refusals.unanswerable(plan, facts, self.given)
        if memory is not None:
            yield from refusals.uncomputable(plan.spec, memory, self.given)

    def done(self, loaded: Loaded) -> Deed:
        with quieted() as said:
            told = answer(loaded, self.given)
            problems = tuple(files.resampled(loaded, self.given))
        return Deed(
            name="answer",
            told=told.text,
            beside={} if told.outputs is None else {"outputs": told.outputs},
            warnings=tuple(said),
            problems=problems,
        )
