"""Rates that were measured here: how fast files were fetched and weights read, kept between runs.

What cannot be kept costs an estimate and no load, so neither a spoiled file nor a folder that
cannot be written is an error. Of two runs that end at once, one's measure may be lost.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Any, Literal

from yaie.sources.kept import keep, kept_folder

Kind = Literal["fetch", "read"]

LEAST_BYTES = 10_000_000
"""Of less it is the answer's delay that is measured, and not its rate."""
MOST_ALIKE = 8
"""Measures that are kept of one kind and place."""
MOST = 200
_UNKEPT = (OSError, RuntimeError)
"""A user without a home folder is a RuntimeError of pathlib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What several measures come to."""

    bytes: int
    seconds: float
    times: int
    last: date

    @property
    def bytes_per_second(self) -> float:
        return self.bytes / self.seconds

    def as_json(self) -> dict[str, object]:
        """The rate with what it was measured of."""
        return {
            "bytes_per_second": round(self.bytes_per_second),
            "measured_bytes": self.bytes,
            "times": self.times,
            "last": self.last.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    kind: str
    place: str
    bytes: int
    seconds: float
    day: date


def rate(kind: Kind, place: str) -> Rate | None:
    """The rate at a place, such as a hub's address; None where nothing was measured there."""
    alike = [m for m in _kept() if (m.kind, m.place) == (kind, place)]
    if not alike:
        return None
    return Rate(
        bytes=sum(m.bytes for m in alike),
        seconds=sum(m.seconds for m in alike),
        times=len(alike),
        last=max(m.day for m in alike),
    )


def note(kind: Kind, place: str, bytes: int, seconds: float) -> None:
    """Keeps a measure, unless it is of too few bytes to tell anything."""
    if bytes < LEAST_BYTES or seconds <= 0:
        return
    made = _Measure(kind=kind, place=place, bytes=bytes, seconds=seconds, day=date.today())
    measures = [asdict(m) for m in _newest([*_kept(), made])]
    with suppress(*_UNKEPT):
        keep(json.dumps(measures, indent=1, default=date.isoformat).encode(), kept_file())


def kept_file() -> Path:
    """The file that holds the measures, the oldest first."""
    return kept_folder() / "rates.json"


def _newest(measures: Sequence[_Measure]) -> list[_Measure]:
    found: list[_Measure] = []
    for measure in reversed(measures[-MOST:]):
        alike = sum((m.kind, m.place) == (measure.kind, measure.place) for m in found)
        if alike < MOST_ALIKE:
            found.append(measure)
    return found[::-1]


def _kept() -> list[_Measure]:
    try:
        entries = json.loads(kept_file().read_bytes())
        return [_measure(entry) for entry in entries]
    except (*_UNKEPT, KeyError, TypeError, ValueError, OverflowError):
        return []


def _measure(entry: Any) -> _Measure:
    """Raises KeyError, TypeError or ValueError for what no `note` has written."""
    bytes, seconds = int(entry["bytes"]), float(entry["seconds"])
    if not 0 < bytes < inf or not 0 < seconds < inf:
        raise ValueError("a measure of nothing")
    return _Measure(
        kind=str(entry["kind"]),
        place=str(entry["place"]),
        bytes=bytes,
        seconds=seconds,
        day=date.fromisoformat(entry["day"]),
    )
