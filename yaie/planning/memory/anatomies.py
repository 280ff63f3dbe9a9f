"""The memory of many loads, what they have in common counted once.

Imports torch and transformers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts, Use
from yaie.planning.memory.forecast import Anatomy, InUse, anatomy_of, in_use_of, laid_out
from yaie.spec.device import Dispatched
from yaie.spec.load_spec import LoadSpec
from yaie.spec.processor import AutoProcessing
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import WeightsSpec

_ELSEWHERE = {"device": Dispatched(), "processor": AutoProcessing()}
"""Groups that change nothing of a model's anatomy."""


@dataclass(slots=True)
class Anatomies:
    """Models that were counted: one is the same on all devices."""

    whole: dict[str, Anatomy] = field(default_factory=dict)
    in_use: dict[str, InUse] = field(default_factory=dict)

    def memory_of(self, spec: LoadSpec, facts: Facts, use: Use | None) -> MemoryFacts:
        """The memory of a load that the rules allow; raises what transformers does on the way."""
        return laid_out(self._anatomy(spec, facts, use), spec, facts, use)

    def _anatomy(self, spec: LoadSpec, facts: Facts, use: Use | None) -> Anatomy:
        placeless = spec.model_copy(update={**_ELSEWHERE, "weights": _unseeded(spec.weights)})
        plain = placeless.model_copy(update={"quantization": Unquantized()})
        used = f"{plain!r}{use}"
        if used not in self.in_use:
            self.in_use[used] = in_use_of(plain, facts, use)
        key = f"{placeless!r}"
        if key not in self.whole:
            self.whole[key] = anatomy_of(placeless, facts, self.in_use[used])
        return replace(self.whole[key], in_use=self.in_use[used])


def _unseeded(weights: WeightsSpec) -> WeightsSpec:
    return weights.model_copy(update={"seed": 0})
