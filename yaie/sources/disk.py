"""Room on disks: what will be written, against what is free, before the first byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError
from yaie.spec.wording import enumerated, sized


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskNeed:
    """Bytes that a load will write below a folder."""

    folder: Path
    """It may not be there yet."""
    bytes: int
    what: str
    """As messages say it: 2 files of `org/model`."""
    path: str
    """Dotted path of the field that names the folder."""
    hint: Callable[[], str]
    """How to come by room, which is asked where there is too little."""


def replacing(folder: Path, size: int, *, what: str, verb: str, flag: str) -> DiskNeed:
    """What a folder that is replaced as a whole takes: it stays until the new one is whole."""
    return DiskNeed(
        folder=folder.parent,
        bytes=size,
        what=f"{what}, beside what is there until it is whole",
        path=flag,
        hint=lambda: f"make room, or {verb} to another disk",
    )


def shortages(needs: Iterable[DiskNeed]) -> Iterator[Problem]:
    """A problem for each disk that has too little room for all that is to be written to it."""
    disks: dict[int, list[DiskNeed]] = {}
    for need in needs:
        disks.setdefault(existing(need.folder).stat().st_dev, []).append(need)
    for together in disks.values():
        free = free_bytes(together[0].folder)
        if sum(need.bytes for need in together) > free:
            yield _shortage(together, free)


def require_room(*needs: DiskNeed) -> None:
    """Raises SourceError with every disk that has too little room."""
    if found := tuple(shortages(needs)):
        raise SourceError(*found)


def free_bytes(folder: Path) -> int:
    """What this user may still write to the disk that a folder is on, or will be."""
    return shutil.disk_usage(existing(folder)).free


def mount_of(folder: Path) -> Path:
    """Where the disk of a folder is mounted."""
    place = existing(folder).resolve()
    return next(parent for parent in (place, *place.parents) if parent.is_mount())


def existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if os.path.isdir(place))


def _shortage(needs: list[DiskNeed], free: int) -> Problem:
    total = sized(sum(need.bytes for need in needs))
    wanted = [f"{sized(need.bytes)} for {need.what}" for need in needs]
    said = f"{total} are needed, {enumerated(wanted, 'and')}" if len(needs) > 1 else None
    return Problem(
        path=needs[0].path,
        message=f"the disk of `{needs[0].folder}` has {sized(free)} free, and "
        + (said or f"{total} are needed for {needs[0].what}"),
        hint=", or ".join(dict.fromkeys(need.hint() for need in needs)),
        fault=Fault.SOURCE,
    )
