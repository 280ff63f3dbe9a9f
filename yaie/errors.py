"""What can go wrong, drawn as a tree; each class knows its exit code.

YaieError            1  a bug of ours, when raised bare
├── InputError       2  the input is wrong: syntax, unknown key, type
├── UnsupportedError 3  well formed, but not supported or does not fit
├── SourceError      4  a source failed: not found, gated, network, disk, corrupt
└── MismatchError    5  what was loaded is not what was asked
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Fault(IntEnum):
    """Whose fault a problem is; the value is the exit code."""

    BUG = 1
    INPUT = 2
    UNSUPPORTED = 3
    SOURCE = 4
    MISMATCH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong (or worth saying) about what was asked."""

    path: str
    """Dotted path of the field, such as `attention.kind`; empty where no field is to blame."""
    message: str
    """What was asked and what is allowed, in one or two sentences."""
    hint: str | None = None
    """An override to type, or a command to run; None where nothing would help."""
    severity: Literal["error", "warning"] = "error"
    origin: str | None = None
    """Where the value was said: `recipes/x.yaml:7`, `override attention=…`, `option
    model/llama2`."""
    fault: Fault = Fault.INPUT

    def __str__(self) -> str:
        """Path, message and origin on one line, the hint on another."""
        where = f"{self.path}: " if self.path else ""
        said = f"   ({self.origin})" if self.origin else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{where}{self.message}{said}{hint}"

    def as_json(self) -> dict[str, str | None]:
        """The problem as the contract spells it; the fault is told by the exit code alone."""
        return {
            "path": self.path,
            "message": self.message,
            "hint": self.hint,
            "severity": self.severity,
            "origin": self.origin,
        }


class YaieError(Exception):
    """Everything that is wrong with one request, all at once."""

    fault = Fault.BUG

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[YaieError], tuple[Problem, ...]]:
        """Pickled by its problems: processes tell each other."""
        return type(self), self.problems

    @property
    def exit_code(self) -> int:
        return int(self.fault)


class InputError(YaieError):
    """The input is wrong: syntax, unknown key, type."""

    fault = Fault.INPUT


class UnsupportedError(YaieError):
    """Well formed, but not supported here or does not fit."""

    fault = Fault.UNSUPPORTED


class SourceError(YaieError):
    """A source failed: not found, gated, network, disk, corrupt."""

    fault = Fault.SOURCE


class UnreachableError(SourceError):
    """A source that may have what was asked and cannot be asked now: no network, no licence."""


class MismatchError(YaieError):
    """What was loaded is not what was asked."""

    fault = Fault.MISMATCH


_CLASSES: dict[Fault, type[YaieError]] = {
    cls.fault: cls for cls in (InputError, UnsupportedError, SourceError, MismatchError)
}


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that forbid going on; warnings do not."""
    return tuple(p for p in problems if p.severity == "error")


def raise_errors(problems: Iterable[Problem]) -> None:
    """Raises all problems as one error if any is an error; the lowest fault names its class."""
    problems = tuple(problems)
    if errors := errors_of(problems):
        raise _CLASSES.get(min(p.fault for p in errors), YaieError)(*problems)
