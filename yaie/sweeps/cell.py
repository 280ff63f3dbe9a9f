"""Cell: one combination of a product, and what planning found of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yaie.errors import Problem, errors_of
from yaie.facts.memory import MemoryFacts
from yaie.spec.load_spec import Composition
from yaie.sweeps.row import Row, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One load of a sweep."""

    number: int
    """From 0, in the order of the product."""
    words: tuple[str, ...]
    """The overrides that vary, as this cell has them."""
    composition: Composition | None
    """None where the words do not compose."""
    problems: tuple[Problem, ...] = ()
    calls: str | None = None
    """Digest of the planned calls; None where an error forbids a plan."""
    same_as: int | None = None
    """Number of the first cell that comes to the same calls; None where it is this one."""
    reference: int | None = None
    """Number of the cell whose answers its own are compared with; None where they are not."""
    contents: str | None = None
    """Digest of the files that it reads; None where they are not at hand."""
    lacks_files: bool = False
    """Whether some of them have to come from the hub."""
    packages: frozenset[str] = frozenset()
    """Distributions that it is loaded by, besides transformers and torch; none where there is no
    plan."""
    memory: MemoryFacts | None = field(default=None, repr=False)
    """What it will take; None where that cannot be foreseen."""

    @property
    def status(self) -> Status:
        """What is known of it before it runs."""
        if self.composition is None or errors_of(self.problems):
            return Status.REFUSED
        return Status.PLANNED if self.same_as is None else Status.SAME

    @property
    def values(self) -> Mapping[str, str]:
        """Override → value: `{"precision": "bf16"}`."""
        parted = (word.partition("=") for word in self.words)
        return {key.lstrip("+"): value for key, _, value in parted}

    def row(self) -> Row:
        """The row of a cell that has not run."""
        errors = errors_of(self.problems)
        refused = self.status is Status.REFUSED
        return Row(
            number=self.number,
            cell=self.values,
            status=self.status,
            problems=self.problems,
            same_as=self.same_as,
            calls=self.calls,
            exit_code=min((int(e.fault) for e in errors), default=None) if refused else None,
            memory=self.predicted(),
        )

    def predicted(self) -> dict[str, dict[str, int]]:
        """Device → `predicted_bytes` of the weights and their state that it will hold."""
        devices = {} if self.memory is None else self.memory.devices
        return {
            name: {"predicted_bytes": device.loaded_bytes}
            for name, device in devices.items()
            if device.weights_bytes and name != "meta"
        }
