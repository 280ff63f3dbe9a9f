"""`--prompt TEXT`: the model's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading import prompting
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.planning.prompt import refused, weightless
from yaie.planning.upstream import mapped, quieted
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text through the model, so that one sees that it works."""

    prompt: str
    stage: str = "prompt"

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from weightless(spec)

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from refused(plan)

    def done(self, loaded: Loaded) -> Deed:
        with quieted(), mapped("answering the prompt"):
            return Deed(name="answer", told=prompting.answer(loaded, self.prompt))
