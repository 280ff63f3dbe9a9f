"""Measured: a measure as an act on the loaded model. Imports torch."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.acts.act import Acts, Deed
from yaie.loading.answering.answer import evaluating, seeded
from yaie.loading.loaded import Loaded
from yaie.loading.ranks import is_first
from yaie.planning.plan import LoadPlan
from yaie.planning.upstream import quieted
from yaie.spec.load_spec import LoadSpec
from yaie.sweeps.files import Files, write_whole
from yaie.sweeps.measures.account import account
from yaie.sweeps.measures.crowd import WORKERS, crowd
from yaie.sweeps.measures.measure import Found, Subject, UnmeasuredError
from yaie.sweeps.measures.measuring import Measuring
from yaie.sweeps.measures.table import BY_STAGE, of_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure; what it fails of is a warning, and the load's row stays."""

    stage: str
    number: int
    """Of the cell."""
    folder: Path
    """Of the sweep."""
    measuring: Measuring
    reference: int | None
    """Number of the cell that it is compared with; None where it is with none."""

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        yield from ()

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        yield from ()

    def done(self, loaded: Loaded) -> Deed:
        files = Files(self.folder)
        if is_first():
            # Of a process that is killed as it measures, so much is known.
            write_whole(files.partial(self.number), account(loaded.receipt, self.reference, files))
        subject = Subject(
            loaded=loaded,
            measuring=self.measuring,
            number=self.number,
            reference=self.reference,
            answers=files.reference(self.number if self.reference is None else self.reference),
        )
        found = self._found(subject)
        told = dict(found.values)
        if told and BY_STAGE[self.stage].part == "speed":
            told[WORKERS] = crowd(self.folder)
        known = {problem.message for problem in loaded.receipt.problems}
        news = [remark for remark in found.remarks if remark not in known]
        problems = (Problem(path="", message=m, severity="warning") for m in news)
        return Deed(name=self.stage, told=told, problems=tuple(problems))

    def _found(self, subject: Subject) -> Found:
        import torch

        try:
            with quieted(), torch.inference_mode(), evaluating(subject.model), seeded():
                return BY_STAGE[self.stage].by(subject)
        except UnmeasuredError as error:
            return Found(remarks=(str(error),))
        except Exception as error:
            # Whatever a model raises is of its row: memory that ran out is a finding, too.
            traceback.print_exc()
            told = " ".join(str(error).split())[:300]
            return Found(
                remarks=(f"{self.stage} was not measured: {type(error).__name__}: {told}",)
            )


def acts(
    measuring: Measuring, spec: LoadSpec, number: int, reference: int | None, folder: Path
) -> Acts:
    """What is done with the model of a cell; nothing with one that has no weights."""
    if spec.weights.kind == "meta":
        return ()
    return tuple(
        Measured(
            stage=measure.stage,
            number=number,
            folder=folder,
            measuring=measuring,
            reference=reference,
        )
        for measure in of_parts(measuring.parts)
    )
