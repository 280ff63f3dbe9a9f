"""A load up to the point where everything is known but the weights."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.errors import Problem, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts
from yaie.facts.memory import MemoryFacts
from yaie.loading.acts.act import Acts, obstacles, refusals
from yaie.loading.fetching import with_files
from yaie.loading.importing import import_classes
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.calls import Call
from yaie.planning.files import download_here
from yaie.planning.local_calls import at_hand
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import plan as planned
from yaie.planning.preflight import survey
from yaie.planning.rehearsal import memory_judged, rehearsed
from yaie.planning.upstream import mapped
from yaie.spec.load_spec import Composition


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A load of which everything is known but its weights."""

    composition: Composition
    plan: LoadPlan
    facts: Facts
    keys: KeyFacts | None
    """How weights and model match; None where only the load itself can tell."""
    memory: MemoryFacts | None
    """What it will take; None where that cannot be foreseen."""
    problems: tuple[Problem, ...]
    """Warnings so far."""

    def call(self, index: int) -> Call:
        """A call of the plan as it is made now that every file is at hand: it asks no hub."""
        return at_hand(self.plan.calls[index], self.facts)


def prepare(composition: Composition, watch: Stopwatch, acts: Acts = ()) -> Prepared:
    """Checks, brings the files, decides, and matches weights with the model."""
    plan, facts = planned_with_files(composition, watch, acts)
    with watch.stage("import"), mapped("importing transformers"):
        import_classes(plan, facts)
    with watch.stage("match"):
        rehearsal = rehearsed(composition, plan, facts)
    unable = refusals(acts, plan, facts, rehearsal.memory)
    problems = (*plan.problems, *rehearsal.problems, *unable)
    raise_errors(problems)
    return Prepared(
        composition=composition,
        plan=plan,
        facts=facts,
        keys=rehearsal.keys,
        memory=rehearsal.memory,
        problems=problems,
    )


def planned_with_files(
    composition: Composition, watch: Stopwatch, acts: Acts = ()
) -> tuple[LoadPlan, Facts]:
    """The plan and its facts once every file that the load reads is at hand."""
    raise_errors(obstacles(acts, composition.spec))
    with watch.stage("check"):
        facts, problems = survey(composition)
        raise_errors(problems)
    facts = with_files(composition, facts, watch, lambda known: _refuse(composition, known, acts))
    with watch.stage("check"):
        return planned(composition, facts), facts


def _refuse(composition: Composition, facts: Facts, acts: Acts) -> None:
    """Raises why an act could not be done before the weights are fetched."""
    if not acts:
        return
    plan = planned(composition, facts)
    memory, _ = memory_judged(plan.spec, facts, None)
    need = download_here(plan.spec, facts).need
    raise_errors(refusals(acts, plan, facts, memory, need))
