"""A composition judged with its checkpoint's headers: what a load would find, before the weights.

Asks the hub for what is not at hand, the weights excepted. Imports transformers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from yaie.errors import Problem, UnreachableError, YaieError, errors_of, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.gather import gather, gather_around
from yaie.facts.keys import KeyFacts
from yaie.facts.memory import MemoryFacts, Use
from yaie.facts.remote import adapter_from_header, from_headers
from yaie.facts.setting import Setting, here
from yaie.planning.files import Need, need, needs_adapter
from yaie.planning.hints import helpful, words_of
from yaie.planning.overrides import own_config
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import judged, resolved, survey, with_origins, with_true_hints
from yaie.planning.rehearsal import memory_judged, rehearsed
from yaie.rules.problems import said
from yaie.sources.bring import bring_small_files
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import Composition
from yaie.spec.weights import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """All that can be known of a load while its weights lie where they are."""

    facts: Facts
    """With the checkpoint's headers; a stand-in of it is gone by now."""
    problems: tuple[Problem, ...]
    plan: LoadPlan | None = None
    """None where an error forbids one."""
    keys: KeyFacts | None = None
    """How weights and model match; None where they were not compared."""
    memory: MemoryFacts | None = None
    """None where it was not counted."""
    unreached: bool = False
    """Whether the checkpoint cannot be asked now, though it may well be there."""


def inquire(
    composition: Composition, setting: Setting | None = None, use: Use | None = None
) -> Inquiry:
    """Every problem of a composition and its checkpoint, for a use if one is named.

    An error of the rules is told alone, and so is what keeps the checkpoint from being read: then
    model and weights are not compared.
    """
    facts, problems = survey(composition, setting)
    if errors_of(problems):
        return Inquiry(facts=facts, problems=problems)
    try:
        with with_headers(composition, facts, setting) as known:
            return _rehearsed(composition, known, setting, use)
    except UnreachableError as error:
        found = with_origins(composition, error.problems)
        return Inquiry(facts=facts, problems=found, unreached=True)
    except YaieError as error:
        # What was warned of for want of the checkpoint goes without saying now.
        return Inquiry(facts=facts, problems=with_origins(composition, error.problems))


def presume(
    composition: Composition, setting: Setting | None = None, use: Use | None = None
) -> Inquiry:
    """What can be known of a load without its checkpoint, by what is known of its config.

    Raises YaieError with every problem where that forbids the load.
    """
    facts, problems = survey(composition, setting)
    raise_errors(problems)
    plan = resolved(composition, facts)
    memory, found = memory_judged(plan.spec, facts, use)
    found = with_origins(composition, found)

    def judge(other: Composition, there: Setting) -> tuple[Problem, ...]:
        known = gather(other.spec, there)
        ruled = judged(other, known)
        if errors_of(ruled):
            return ruled
        said = memory_judged(resolved(other, known).spec, known, use)[1]
        return (*ruled, *with_origins(other, said))

    problems = (*problems, *helpful(words_of(composition), found, judge, setting))
    raise_errors(problems)
    decided = replace(plan, problems=problems, memory=memory)
    return Inquiry(facts=facts, problems=problems, plan=decided, memory=memory)


@contextmanager
def with_config(composition: Composition, facts: Facts, setting: Setting | None) -> Iterator[Facts]:
    """The facts with what a structure is built from; the hub is asked where nothing is known of the
    checkpoint's config."""
    if own_config(composition.spec, facts) is not None or facts.architecture is not None:
        yield facts
        return
    with with_headers(composition, facts, setting) as known:
        yield known


@contextmanager
def with_headers(
    composition: Composition, facts: Facts, setting: Setting | None
) -> Iterator[Facts]:
    """The facts with the headers of the checkpoint and its adapter, which the hub is asked for."""
    adapter, cache_dir = composition.spec.adapter, composition.spec.model.cache_dir
    with _with_checkpoint(composition, facts, setting) as known:
        if isinstance(adapter, Peft) and needs_adapter(composition.spec, known):
            known = replace(known, adapter=adapter_from_header(adapter, cache_dir))
        yield known


@contextmanager
def _with_checkpoint(
    composition: Composition, facts: Facts, setting: Setting | None
) -> Iterator[Facts]:
    spec = composition.spec
    match need(spec, facts):
        case Need.NOTHING:
            yield facts
        case Need.SMALL:
            bring_small_files(spec.model)
            yield gather(spec, setting)
        case Need.ALL:
            with from_headers(spec.model) as checkpoint:
                yield gather_around(spec, checkpoint, setting)


def _rehearsed(
    composition: Composition, facts: Facts, setting: Setting | None, use: Use | None
) -> Inquiry:
    problems = with_true_hints(composition, judged(composition, facts), setting)
    if errors_of(problems):
        return Inquiry(facts=facts, problems=problems)
    plan = resolved(composition, facts)
    if facts.transformers != here().catalogue.version:
        # Another release renames and ties weights by its own tables.
        return Inquiry(facts=facts, problems=problems, plan=replace(plan, problems=problems))
    rehearsal = rehearsed(composition, replace(plan, problems=problems), facts, setting, use)
    problems = (*problems, *rehearsal.problems)
    decided = replace(plan, problems=problems, memory=rehearsal.memory)
    allowed = None if errors_of(problems) else decided
    return Inquiry(
        facts=facts,
        problems=problems,
        plan=allowed,
        keys=rehearsal.keys,
        memory=rehearsal.memory,
    )


def check_with_checkpoint(
    composition: Composition, setting: Setting | None = None
) -> tuple[Problem, ...]:
    """Every problem of a composition and its checkpoint; where the two were not compared, that."""
    inquiry = inquire(composition, setting)
    spec = composition.spec
    wanted = isinstance(spec.weights, Pretrained) and inquiry.plan is not None
    if not wanted or inquiry.keys is not None:
        return inquiry.problems
    remark = said("model.id", f"{_reason(inquiry.facts)}; the load itself compares them")
    return (*inquiry.problems, *with_origins(composition, [remark]))


def _reason(facts: Facts) -> str:
    """Why weights and model were not compared."""
    held = facts.checkpoint
    if facts.transformers != here().catalogue.version:
        return (
            f"weights and model were not compared, for it takes transformers {facts.transformers}"
        )
    if held is not None and held.gguf is not None:
        return "weights and model were not compared, for a GGUF file is read as a whole"
    if held is not None and held.quantization is not None:
        return "weights and model were not compared, for the checkpoint is quantised already"
    return "weights and model were not compared, for the headers of the weights do not tell enough"
