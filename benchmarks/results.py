"""A row of the results table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure: ours, what it is held against, the ratio of one run, and what was aimed at."""

    what: str
    ours: str
    other: str
    ratio: str
    target: str

    def __str__(self) -> str:
        return f"| {self.what} | {self.ours} | {self.other} | {self.ratio} | {self.target} |"
