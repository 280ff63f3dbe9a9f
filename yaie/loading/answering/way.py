"""Way: one way of asking a task, what it takes and what makes the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yaie.errors import Problem
from yaie.loading.answering.given import MODALITIES, Given
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought


def nothing(_processor: Any, _given: Given) -> Iterator[Problem]:
    """No objection."""
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is typed for it, and what is told then."""

    usage: str
    """Flags and what follows them, `--image FILE --text LABEL…`; `…` allows more of the last."""
    tells: str
    """What the answer is, for the reference."""
    by: Callable[[Brought, Given], Told]
    """Makes the answer; raises what transformers raises."""
    objections: Callable[[Any, Given], Iterator[Problem]] = nothing
    """What speaks against the texts, as the processor reads them, known before a weight is read."""
    together: bool = False
    """Whether the texts are read as one sequence."""
    generates: bool = False
    """Whether a model that can generate writes the answer token by token, up to a limit."""
    package: str | None = None
    """What transformers cannot answer without, beside what it always needs."""

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(word for word in self.usage.split() if word.startswith("--"))

    @property
    def modalities(self) -> frozenset[str]:
        """What the processor must read for it."""
        return frozenset(MODALITIES[flag] for flag in self.flags)

    def fits(self, given: Given) -> bool:
        """Whether just these flags were given, and as often as it takes them."""
        counts, flags = given.counts, self.flags
        if counts.keys() != set(flags):
            return False
        more = {f for f in flags if any(p.startswith(f) and "…" in p for p in self._parts())}
        return all(
            counts[flag] == flags.count(flag) or (flag in more and counts[flag] > flags.count(flag))
            for flag in counts
        )

    def _parts(self) -> list[str]:
        return [f"--{part}" for part in self.usage.split("--") if part]
