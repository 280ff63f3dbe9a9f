"""A load up to the point where everything is known but the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts
from yaie.facts.memory import MemoryFacts
from yaie.loading.destination import place_of, unsaveable_to
from yaie.loading.fetching import with_files
from yaie.loading.importing import import_classes
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.calls import Call
from yaie.planning.local_calls import at_hand
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import plan as planned
from yaie.planning.preflight import survey
from yaie.planning.prompt import refused
from yaie.planning.rehearsal import memory_judged, rehearsed
from yaie.planning.saving import unroomed, unsaveable
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


def prepare(
    composition: Composition,
    watch: Stopwatch,
    prompt: str | None = None,
    save: str | Path | None = None,
) -> Prepared:
    """Checks, brings the files, decides, and matches weights with the model."""
    if save is not None:
        raise_errors(unsaveable_to(composition.spec, save))
    plan, facts = planned_with_files(composition, watch, save)
    if prompt is not None:
        raise_errors(refused(plan))
    with watch.stage("import"), mapped("importing transformers"):
        import_classes(plan, facts)
    with watch.stage("match"):
        rehearsal = rehearsed(composition, plan, facts)
    unsaved = () if save is None else _unsaved(plan, facts, rehearsal.memory, save)
    problems = (*plan.problems, *rehearsal.problems, *unsaved)
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
    composition: Composition, watch: Stopwatch, save: str | Path | None = None
) -> tuple[LoadPlan, Facts]:
    """The plan and its facts once every file that the load reads is at hand."""
    with watch.stage("check"):
        facts, problems = survey(composition)
        raise_errors(problems)
    facts = with_files(composition, facts, watch, lambda known: _refuse(composition, known, save))
    with watch.stage("check"):
        return planned(composition, facts), facts


def _unsaved(
    plan: LoadPlan, facts: Facts, memory: MemoryFacts | None, folder: str | Path
) -> Iterator[Problem]:
    """Why the model could not be saved once it is there."""
    yield from unsaveable(plan.spec, facts)
    yield from unroomed(plan.spec, facts, memory, place_of(folder))


def _refuse(composition: Composition, facts: Facts, folder: str | Path | None) -> None:
    """Raises why a model could not be saved before its weights are fetched."""
    if folder is None:
        return
    plan = planned(composition, facts)
    memory, _ = memory_judged(plan, facts, None)
    raise_errors(_unsaved(plan, facts, memory, folder))
