"""Row: what became of one cell. The form of `rows.jsonl`, and of `sweep --json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from yaie.errors import Fault, Problem

Json = Mapping[str, Any]


class Status(StrEnum):
    """What became of a cell."""

    OK = "ok"
    """Loaded, and what was got is what was asked."""
    SAME = "same"
    """It comes to the same calls as a cell before, and was not run again."""
    REFUSED = "refused"
    """Planning found that it cannot be; nothing was run."""
    FAILED = "failed"
    """Its process ended with an exit code other than 0, or without an answer."""
    KILLED = "killed"
    """Its process was ended by a signal or by the sweep's own time limit, or its job was lost."""
    PLANNED = "planned"
    """Not run yet: in the answer of `--dry-run` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One cell's row."""

    number: int
    """Of the cell, from 0 in the order of the product."""
    cell: Mapping[str, str]
    """Override → the value that this cell has of it, as the command line spells it."""
    status: Status
    problems: tuple[Problem, ...] = ()
    """Errors where it is refused, failed or killed; warnings otherwise."""
    same_as: int | None = None
    """Number of the cell that comes to the same calls; None where it has its own."""
    calls: str | None = None
    """Digest of the planned calls; None where there is no plan."""
    exit_code: int | None = None
    """Of its process, or that which the refusal would end in; None where a signal ended it."""
    signal: str | None = None
    """`SIGKILL`: what ended its process; None where it ended by itself."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Stage of the load → seconds, as in a receipt; `process` is the whole life of its process."""
    memory: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Device → `predicted_bytes`, and `measured_bytes` once it was loaded."""
    reference: int | None = None
    """Number of the cell that it is compared with, where that had left its answers by then; None
    where it is compared with none."""
    log: str | None = None
    """What its process printed: a path from the sweep's folder on; None where nothing ran."""
    started: str | None = None
    """When its process began, in UTC: `2026-11-28T20:40:00Z`; None where nothing ran."""
    machine: Json = field(default_factory=dict)
    """Where its process ran, as `machine.py` tells; empty where nothing ran."""
    measures: Json = field(default_factory=dict)
    """What was measured of the loaded model, by name; the names stand beside the others in JSON."""

    def as_json(self) -> dict[str, Any]:
        """The row as the contract spells it: measures stand beside the rest."""
        return {
            "number": self.number,
            "cell": dict(self.cell),
            "status": str(self.status),
            "problems": [problem.as_json() for problem in self.problems],
            "same_as": self.same_as,
            "calls": self.calls,
            "exit_code": self.exit_code,
            "signal": self.signal,
            "seconds": {stage: round(took, 4) for stage, took in self.seconds.items()},
            "memory": {device: dict(sizes) for device, sizes in self.memory.items()},
            "reference": self.reference,
            "log": self.log,
            "started": self.started,
            "machine": dict(self.machine),
            **self.measures,
        }


_OWN = (
    "number",
    "cell",
    "status",
    "problems",
    "same_as",
    "calls",
    "exit_code",
    "signal",
    "seconds",
    "memory",
    "log",
)
_LATER = ("reference", "started", "machine")
"""Names that rows of a sweep before may lack."""


def from_json(document: Json) -> Row:
    """The row that a document spells; raises KeyError, TypeError or ValueError for another one."""
    if not isinstance(document, Mapping):
        raise TypeError("it is no mapping")
    own = {name: document[name] for name in _OWN}
    own |= {name: document[name] for name in _LATER if name in document}
    code = own["exit_code"]
    fault = Fault(code) if code in list(Fault) else Fault.UNSUPPORTED
    own["problems"] = tuple(Problem(**each, fault=fault) for each in own["problems"])
    own["measures"] = {n: v for n, v in document.items() if n not in (*_OWN, *_LATER)}
    return _typed().validate_python(own)


@cache
def _typed() -> TypeAdapter[Row]:
    return TypeAdapter(Row)
