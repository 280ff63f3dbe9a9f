"""LoadPlan: what was decided, and nothing that is left to decide."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.errors import Problem
from yaie.facts.memory import MemoryFacts
from yaie.facts.spelling import Spelled
from yaie.planning.calls import Call
from yaie.planning.download_plan import DownloadPlan
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """The exact calls of one load, in order."""

    spec: LoadSpec
    calls: tuple[Call, ...]
    model: int
    """Index of the call that yields the model."""
    processor: int | None
    """Index of the call that yields the tokenizer or processor; None where there is none."""
    download: DownloadPlan | None
    """None where nobody asked the hub."""
    problems: tuple[Problem, ...]
    """Warnings; a plan with errors is never made."""
    memory: MemoryFacts | None = None
    """What the model takes; None where nobody asked, or where it cannot be foreseen."""
    spelled: tuple[Spelled, ...] = ()
    """What the calls say otherwise than today's release would have it."""

    def as_json(self) -> dict[str, object]:
        """The plan as the contract spells it."""
        return {
            "calls": [call.as_json() for call in self.calls],
            "download": self.download.as_json() if self.download else None,
            "memory": None if self.memory is None else self.memory.as_json(),
            "problems": [problem.as_json() for problem in self.problems],
        }
