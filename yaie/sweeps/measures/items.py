"""How fast models answer that generate no text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yaie.sweeps.measures.clock import longest, now, spread
from yaie.sweeps.measures.measure import Found, Subject
from yaie.sweeps.measures.prompt import generates
from yaie.sweeps.measures.samples import Sample, samples


def items(subject: Subject) -> Found:
    """Inputs a second, one at a time: texts, images or sounds."""
    if generates(subject):
        return Found()
    given = samples(subject)
    _rate(subject.model, given.each)
    rates = [_rate(subject.model, given.each) for _ in range(subject.measuring.repeats)]
    remarks = () if given.remark is None else (given.remark,)
    return Found({"items_per_second": spread(rates)}, remarks)


def _rate(model: Any, each: Sequence[Sample]) -> float:
    """Of one pass over all inputs, or over those of the longest time that is waited."""
    start, done, patience = now(), 0, longest()
    for sample in each:
        model(**sample.inputs)
        done += 1
        if now() - start > patience:
            break
    return done / (now() - start)
