"""Act: what is done with a model once it is there, each a flag of `load`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Protocol, runtime_checkable

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.destination import place_of
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.rules.problems import wrong
from yaie.sources.disk import DiskNeed, shortages
from yaie.sources.download import Progress
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an act did."""

    name: str
    """`saved`: what the receipt calls it."""
    told: object
    """What the receipt says of it, as JSON has it."""
    warnings: tuple[str, ...] = ()
    """What transformers said meanwhile."""
    problems: tuple[Problem, ...] = ()
    """Other warnings."""
    beside: Mapping[str, object] = field(default_factory=dict)
    """What the receipt says of it under other names."""


class Act(Protocol):
    """Frozen data that pickle takes: each rank of a sharded load acts for itself."""

    @property
    def stage(self) -> str:
        """`save`: what the seconds of the receipt call it."""

    def obstacles(self, spec: LoadSpec) -> Iterator[Problem]:
        """Why it cannot be done, by what was said and what this machine has; reads no checkpoint
        and imports no torch."""

    def refusals(
        self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None
    ) -> Iterator[Problem]:
        """Why it cannot be done with the model of a plan, told before its weights are fetched and
        again before they are read; `memory` is None where it cannot be foreseen."""

    def done(self, loaded: Loaded) -> Deed:
        """Does it; raises YaieError where that cannot be."""


@runtime_checkable
class Watched(Act, Protocol):
    """An act that tells how many of its bytes are done."""

    def watched(self, progress: Progress) -> Act:
        """The same act, which tells them."""


@runtime_checkable
class Storing(Act, Protocol):
    """An act that writes to disks."""

    def needs(self, plan: LoadPlan, facts: Facts, memory: MemoryFacts | None) -> Iterator[DiskNeed]:
        """What it will write to disks, as far as that can be foreseen."""


@runtime_checkable
class Writing(Act, Protocol):
    """An act that replaces a folder as a whole."""

    @property
    def flag(self) -> str:
        """`--save`: what says the folder."""

    @property
    def folder(self) -> str | Path:
        """As it was said."""


Acts = tuple[Act, ...]


def obstacles(acts: Iterable[Act], spec: LoadSpec) -> Iterator[Problem]:
    """What speaks against the acts before anything is read."""
    acts = tuple(acts)
    for act in acts:
        yield from act.obstacles(spec)
    yield from _entangled([act for act in acts if isinstance(act, Writing)])


def refusals(
    acts: Acts,
    plan: LoadPlan,
    facts: Facts,
    memory: MemoryFacts | None,
    fetched: DiskNeed | None = None,
) -> Iterator[Problem]:
    """What speaks against the acts once the plan is made, among it disks that have no room for all
    that is written to them, `fetched` by the load itself included."""
    for act in acts:
        yield from act.refusals(plan, facts, memory)
    storing = [act for act in acts if isinstance(act, Storing)]
    written = [need for act in storing for need in act.needs(plan, facts, memory)]
    if written:
        yield from shortages([*([fetched] if fetched else []), *written])


def _entangled(acts: Sequence[Writing]) -> Iterator[Problem]:
    """Folders of which one would be replaced with what was just written to the other in it."""
    for first, second in combinations(acts, 2):
        one, other = place_of(first.folder), place_of(second.folder)
        if one.is_relative_to(other) or other.is_relative_to(one):
            yield wrong(
                second.flag,
                f"`{second.folder}` and `{first.folder}` of `{first.flag}` are the same folder, or"
                " one is in the other",
                "name a folder of its own",
            )
