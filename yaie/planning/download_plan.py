"""DownloadPlan: what has to come before a load, where it goes, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yaie.sources.disk import DiskNeed
from yaie.sources.rates import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where the files that a load reads lie on this machine, or will."""

    folder: Path
    """The hub's cache, or the checkpoint's own folder."""
    chosen_by: str | None
    """What names the cache: `model.cache_dir` or a variable; None for where it is by default, and
    for a folder."""
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadPlan:
    """The files that a load reads, and which of them are still to fetch."""

    files: Mapping[str, int]
    """Still to fetch → bytes. For a machine elsewhere, all that the load reads of the hub."""
    cached: Mapping[str, int] | None
    """At hand already → bytes; None for a machine elsewhere."""
    weight_bytes: int = 0
    """Of the files that the weights are read from."""
    room: Room | None = None
    """None where no file is read, and for a machine elsewhere."""
    need: DiskNeed | None = None
    """What the files to fetch take of this machine's disk; None where none are fetched to it."""
    hub: str | None = None
    """Address of the hub that the files to fetch come from."""
    fetching: Rate | None = None
    """How fast files came from that hub; None where that was not measured."""
    reading: Rate | None = None
    """How fast loads alike got their weights from that disk; None where that was not measured."""

    @property
    def bytes(self) -> int:
        """To fetch in all."""
        return sum(self.files.values())

    @property
    def fetch_seconds(self) -> float | None:
        """Until all has come; None where the rate is not known."""
        return _seconds(self.bytes, self.fetching)

    @property
    def read_seconds(self) -> float | None:
        """Until the weights are read from the disk; None where the rate is not known."""
        return _seconds(self.weight_bytes, self.reading)

    def as_json(self) -> dict[str, object]:
        """The download as the contract spells it, and what is known besides."""
        cached, room = self.cached, self.room
        return {
            "files": list(self.files),
            "bytes": self.bytes,
            "sizes": dict(self.files),
            "from": self.hub,
            "cached": None
            if cached is None
            else {"files": list(cached), "bytes": sum(cached.values())},
            "folder": str(room.folder) if room else None,
            "folder_from": room.chosen_by if room else None,
            "free_bytes": room.free_bytes if room else None,
            "seconds": {"fetch": self.fetch_seconds, "read": self.read_seconds},
            "rates": {
                "fetch": self.fetching.as_json() if self.fetching else None,
                "read": self.reading.as_json() if self.reading else None,
            },
        }


def _seconds(bytes: int, rate: Rate | None) -> float | None:
    if bytes == 0:
        return 0.0
    return round(bytes / rate.bytes_per_second, 1) if rate else None
