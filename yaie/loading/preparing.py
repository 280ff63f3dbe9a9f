"""A load up to the point where everything is known but the weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from yaie.errors import Problem, errors_of, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts
from yaie.loading.derived import stale
from yaie.loading.execute import carry_out
from yaie.loading.fetching import with_files
from yaie.loading.importing import import_classes
from yaie.loading.matching import foreseen
from yaie.loading.readback import unread
from yaie.loading.stopwatch import Stopwatch
from yaie.loading.upstream import mapped, quieted
from yaie.planning.calls import Call
from yaie.planning.overrides import asked
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import plan as planned
from yaie.planning.preflight import survey, with_origins
from yaie.planning.prompt import refused
from yaie.rules.keys import judge_keys
from yaie.spec.load_spec import Composition
from yaie.spec.weights import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A load of which everything is known but its weights."""

    composition: Composition
    plan: LoadPlan
    facts: Facts
    keys: KeyFacts | None
    """How weights and model match; None where only the load itself can tell."""
    problems: tuple[Problem, ...]
    """Warnings so far."""

    def call(self, index: int) -> Call:
        """A call of the plan as it is made now that every file is at hand: it asks no hub."""
        return at_hand(self.plan.calls[index], self.facts)


def prepare(composition: Composition, watch: Stopwatch, prompt: str | None = None) -> Prepared:
    """Checks, brings the files, decides, and matches weights with the model."""
    plan, facts = planned_with_files(composition, watch)
    if prompt is not None:
        raise_errors(refused(plan))
    with watch.stage("import"), mapped("importing transformers"):
        import_classes(plan, facts)
    with watch.stage("match"), quieted():
        keys, found = _matched(composition, plan, facts)
    problems = (*plan.problems, *with_origins(composition, found))
    raise_errors(problems)
    return Prepared(composition=composition, plan=plan, facts=facts, keys=keys, problems=problems)


def planned_with_files(composition: Composition, watch: Stopwatch) -> tuple[LoadPlan, Facts]:
    """The plan and its facts once every file that the load reads is at hand."""
    with watch.stage("check"):
        facts, problems = survey(composition)
        raise_errors(problems)
    facts = with_files(composition, facts, watch)
    with watch.stage("check"):
        return planned(composition, facts), facts


def at_hand(call: Call, facts: Facts) -> Call:
    """The call told to ask no hub where its files come from the hub's cache.

    Tokenizers would ask twice or thrice though everything was brought.
    """
    cached = facts.checkpoint is not None and facts.checkpoint.commit is not None
    if not cached or not call.target.endswith(".from_pretrained"):
        return call
    return replace(call, kwargs={**call.kwargs, "local_files_only": True})


def _misread(
    config: Any, call: Call, overrides: Mapping[str, Any], facts: Facts
) -> Iterator[Problem]:
    """Overrides that the config does not hold, and fields that they should have changed too."""
    yield from unread(config, overrides, "model.config")
    own = facts.checkpoint.config if facts.checkpoint else None
    if own is not None and facts.architecture and call.target.endswith(".from_pretrained"):
        with mapped("the config with its overrides"):
            yield from stale(config, own, overrides)


def _matched(
    composition: Composition, plan: LoadPlan, facts: Facts
) -> tuple[KeyFacts | None, list[Problem]]:
    """Overrides read back from the config, and keys judged on `meta`."""
    spec = composition.spec
    values: list[Any] = []
    problems: list[Problem] = []
    for call in plan.calls[: plan.model]:
        with mapped(f"`{call.target}`"):
            values.append(carry_out(at_hand(call, facts), values))
        if call.name == "config":
            problems += _misread(values[-1], call, asked(spec, facts), facts)
    if errors_of(problems) or not isinstance(spec.weights, Pretrained):
        return None, problems
    with mapped("matching the checkpoint with the model"):
        keys = foreseen(at_hand(plan.calls[plan.model], facts), facts, values)
    return keys, [*problems, *(judge_keys(spec, keys) if keys else ())]
