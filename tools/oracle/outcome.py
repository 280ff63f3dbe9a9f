"""What happened to a cell on either side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What yaie says."""

    YES = "yes"
    NO = "no"
    NEEDS_CHECKPOINT = "needs a checkpoint's config"
    UNSURE = "needs one unless an override does without"
    """The same as a warning: what the override does to the default config is not known."""
    BROKEN = "raised"
    """An exception that is no YaieError: a bug, and a disagreement whatever transformers does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """yaie's verdict with its reasons."""

    verdict: Verdict
    rules: tuple[str, ...] = ()
    """Rules that spoke, or the stage that refused: `composing`, `preparing`."""
    paths: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What transformers did: refused, or built something other than asked, or what was asked."""

    phase: str | None = None
    """`config`, `build`, `load`: where it refused; None where it built."""
    error: str | None = None
    """Type and message of what it raised."""
    deviations: tuple[str, ...] = ()
    """What of the built model is not as asked."""

    @property
    def as_asked(self) -> bool:
        return self.phase is None and not self.deviations

    @property
    def told(self) -> str:
        """In a line."""
        if self.phase is not None:
            return f"{self.phase}: {self.error}"
        return "; ".join(self.deviations) or "builds as asked"


def refusal(phase: str, error: BaseException) -> Happened:
    """A refusal by the exception that was raised."""
    said = " ".join(str(error).split())
    return Happened(phase=phase, error=f"{type(error).__name__}: {said[:300]}")


def generalised(text: str) -> str:
    """A message without the names and numbers of one cell, so that like causes count together."""
    text = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", text)
    text = re.sub(r"\b\w+(?:Config|Model|For\w+)\b", "…", text)
    return re.sub(r"-?\d[\d.]*", "n", text)[:110]
