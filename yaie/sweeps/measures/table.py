"""The table of measures, in the order in which they are taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.sweeps.measures.first_forward import first_forward
from yaie.sweeps.measures.generation import generation
from yaie.sweeps.measures.items import items
from yaie.sweeps.measures.measure import Measure
from yaie.sweeps.measures.peak import peak
from yaie.sweeps.measures.prompt import prompt
from yaie.sweeps.measures.quality import quality
from yaie.sweeps.measures.touch import TOUCH, touch

MEASURES: tuple[Measure, ...] = (
    Measure(stage=TOUCH, part="load", by=touch),
    Measure(stage="first forward", part="load", by=first_forward),
    Measure(stage="prompt", part="speed", by=prompt),
    Measure(stage="generation", part="speed", by=generation),
    Measure(stage="items", part="speed", by=items),
    # Before answers are compared, which takes memory that no user of the model will need.
    Measure(stage="peak", part="load", by=peak),
    Measure(stage="quality", part="quality", by=quality),
)
BY_STAGE: Mapping[str, Measure] = {measure.stage: measure for measure in MEASURES}


def of_parts(parts: tuple[str, ...]) -> Iterator[Measure]:
    """The measures of the parts that are wanted."""
    return (measure for measure in MEASURES if measure.part in parts)
