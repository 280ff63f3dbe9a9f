"""Whether the model of a plan can be given a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Fault, Problem
from yaie.planning.plan import LoadPlan
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta


def weightless(spec: LoadSpec) -> Iterator[Problem]:
    """A load without numbers to compute with."""
    if isinstance(spec.weights, Meta):
        yield _refusal("`weights=meta` has a structure but no numbers to compute with")


def refused(plan: LoadPlan) -> Iterator[Problem]:
    """Why a prompt cannot be answered, known before anything is loaded."""
    if plan.processor is None:
        yield _refusal("a prompt needs a tokenizer, and this load brings none")
    elif plan.calls[plan.processor].name not in ("tokenizer", "processor"):
        kind = (plan.calls[plan.processor].name or "").replace("_", " ")
        yield _refusal(f"a prompt is text, but this model takes what its {kind} makes")


def _refusal(message: str) -> Problem:
    return Problem(path="--prompt", message=message, fault=Fault.UNSUPPORTED)
