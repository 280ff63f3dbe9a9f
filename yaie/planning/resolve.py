"""From what was asked and what is true to the exact calls."""

from __future__ import annotations

from yaie.errors import InputError, Problem
from yaie.facts.facts import Facts
from yaie.planning.adapter_calls import adapter_calls
from yaie.planning.model_calls import model_calls, renewal_calls
from yaie.planning.plan import LoadPlan
from yaie.planning.processor_calls import processor_calls
from yaie.planning.respelling import respelled, respellings
from yaie.planning.training_calls import training_calls
from yaie.spec.load_spec import LoadSpec


def resolve(spec: LoadSpec, facts: Facts) -> LoadPlan:
    """The plan of a spec that the rules allow, in the words of the release that it is for.

    Raises InputError where the task cannot be known yet, for then there is no class to call.
    """
    if facts.task is None:
        raise InputError(_unknown_task(spec))
    calls = list(model_calls(spec, facts, facts.tasks[facts.task]))
    model = len(calls) - 1
    calls += renewal_calls(spec, model)
    calls += adapter_calls(spec, facts, model, len(calls))
    calls += training_calls(spec, model)
    processing = list(processor_calls(spec, facts, len(calls)))
    whole = (*calls, *processing)
    return LoadPlan(
        spec=spec,
        calls=respelled(whole, spec, facts),
        model=model,
        processor=len(calls) if processing else None,
        download=None,
        problems=(),
        spelled=tuple(respellings(whole, spec, facts)),
    )


def _unknown_task(spec: LoadSpec) -> Problem:
    return Problem(
        path="task.name",
        message=f"`auto` reads the task from the checkpoint, but nothing of `{spec.model.id}` is"
        " at hand and its task is not known",
        hint="name it, as in `task=causal-lm`",
    )
