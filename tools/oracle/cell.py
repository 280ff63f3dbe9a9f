"""One cell of the grid: what is asked, and the words that ask it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaie.spec.wording import override


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One load, by the values of each dimension."""

    architecture: str
    number: int
    """Its place among the cells that a seed draws for the architecture."""
    task: str
    weights: str
    """`meta` or `random` of a default config, `pretrained` of a tiny checkpoint."""
    precision: str = "auto"
    """Option of the group: `bf16`."""
    attention: str = "auto"
    submodules: Mapping[str, str] = field(default_factory=dict)
    experts: str = "auto"
    quantization: str = "none"
    config: Mapping[str, Any] = field(default_factory=dict)
    """Overrides by the names that are typed, nested as config.json is."""
    head: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the task's head: `num_labels`."""
    kinds: tuple[str, ...] = ()
    """What kind of override each of `config` is."""
    checkpoint: str | None = None
    """Folder of the tiny checkpoint; None: the architecture with its default config."""
    host: str = "this"

    @property
    def name(self) -> str:
        """By what a run finds it again: `llama:3`."""
        return f"{self.architecture}:{self.number}"

    def words(self) -> list[str]:
        """The overrides that ask for it."""
        return [word for word in self._words() if word not in _DEFAULTS]

    def _words(self) -> Iterator[str]:
        if self.checkpoint is None:
            yield from ("model=architecture", f"model.architecture={self.architecture}")
        else:
            yield from (f"model={self.checkpoint}", "processor=none")
        yield f"task={self.task}"
        yield f"weights={self.weights}"
        yield f"precision={self.precision}"
        yield f"attention={self.attention}"
        yield f"quantization={self.quantization}"
        yield from ("device=cpu",) if self.checkpoint and self.host == "this" else ()
        yield from (f"attention.submodules.{part}={k}" for part, k in self.submodules.items())
        yield f"attention.experts={self.experts}"
        yield from (override(f"model.config.{name}", v) for name, v in self.config.items())
        yield from (override(f"task.{name}", value) for name, value in self.head.items())

    def command(self) -> str:
        """The line that reproduces yaie's side of it."""
        flags = [] if self.host == "this" else ["--host", self.host]
        flags += ["--checkpoint"] if self.checkpoint else []
        return shlex.join(["yaie", "check", *self.words(), *flags])


_DEFAULTS = frozenset(
    {
        "task=auto",
        "weights=pretrained",
        "precision=auto",
        "attention=auto",
        "quantization=none",
        "attention.experts=auto",
    }
)
"""Words that say what goes without saying."""
