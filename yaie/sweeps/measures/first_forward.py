"""The first forward pass, in which kernels are chosen, compiled and given their memory."""

from __future__ import annotations

from yaie.sweeps.measures.clock import took
from yaie.sweeps.measures.measure import Found, Subject
from yaie.sweeps.measures.prompt import first_input


def first_forward(subject: Subject) -> Found:
    """Seconds of the first pass over the prompt, or over the first input of a model without one."""
    inputs = first_input(subject)
    return Found({"first_forward_seconds": round(took(lambda: subject.model(**inputs)), 6)})
