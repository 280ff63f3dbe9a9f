"""How fast models answer that generate no text."""

from __future__ import annotations

from yaie.sweeps.measures.clock import repeated, spread
from yaie.sweeps.measures.measure import Found, Subject
from yaie.sweeps.measures.prompt import generates
from yaie.sweeps.measures.samples import samples


def items(subject: Subject) -> Found:
    """Inputs a second, one at a time: texts, images or sounds."""
    if generates(subject):
        return Found()
    each = samples(subject).each

    def passed() -> None:
        for sample in each:
            subject.model(**sample.inputs)

    seconds = repeated(passed, subject.measuring.repeats)
    return Found({"items_per_second": spread(len(each) / each_pass for each_pass in seconds)})
