"""The first forward pass, in which kernels are chosen and given their memory. Imports torch."""

from __future__ import annotations

from yaie.sweeps.measures.clock import took
from yaie.sweeps.measures.measure import Found, Subject
from yaie.sweeps.measures.prompt import first_input


def first_forward(subject: Subject) -> Found:
    """Seconds of the first pass over the prompt, or over the first input of a model without one."""
    inputs = first_input(subject)
    seconds = round(took(lambda: subject.model(**inputs)), 6)
    return Found({"first_forward_seconds": seconds, "threads": _threads()})


def _threads() -> int:
    """Threads that torch computes with on CPU."""
    import torch

    return int(torch.get_num_threads())
