"""Source: the files of a checkpoint that are at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError

MOST_FILES = 10_000
"""A folder with more files is not a checkpoint's; `/` and `~` end here, not in a long silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a checkpoint's files lie on this machine."""

    id: str
    """As it was asked: a hub id, a path or `pkg://package/path`."""
    folder: Path
    commit: str | None
    """Commit of the hub repository; None where the files are not from the hub's cache."""
    files: Mapping[str, int]
    """Path relative to the folder, in posix form → bytes. Hidden files are left out."""


def files_in(folder: Path) -> dict[str, int]:
    """Relative posix path → bytes of every file below a folder, in sorted order.

    Raises SourceError for a link out of the checkpoint, for more files than one can have, and for
    a folder that cannot be read.
    """
    found: dict[str, int] = {}
    homes = _homes(folder)
    try:
        for entry, name in _walk(folder, "", frozenset()):
            if entry.is_symlink() and not _leads_home(entry.path, homes):
                raise SourceError(_link_outside(entry.path))
            if entry.is_file():
                found[name] = entry.stat().st_size
            if len(found) > MOST_FILES:
                raise SourceError(_too_many(folder))
    except OSError as error:
        raise SourceError(_unreadable(folder, error)) from error
    return dict(sorted(found.items()))


def _walk(
    folder: Path | str, prefix: str, above: frozenset[str]
) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry that is not hidden, and what is in it; `above` keeps links from going round."""
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            name = prefix + entry.name
            yield entry, name
            if entry.is_dir():
                yield from _walk(entry.path, name + "/", above | {real})


def _homes(folder: Path) -> tuple[str, ...]:
    """Where links may lead: the folder, and for a snapshot the hub cache's blobs.

    A repository's blobs may in turn link to the blobs that all repositories of the cache share.
    """
    folder = folder.resolve()
    homes = [folder]
    if folder.parent.name == "snapshots":
        repository = folder.parent.parent
        homes += [repository / "blobs", repository.parent / "blobs"]
    return tuple(os.path.join(home, "") for home in homes)


def _leads_home(link: str, homes: tuple[str, ...]) -> bool:
    return os.path.join(os.path.realpath(link), "").startswith(homes)


def _link_outside(link: str) -> Problem:
    return Problem(
        path="model.id",
        message=f"`{link}` is a link out of its checkpoint, to `{os.path.realpath(link)}`. "
        "Links may lead to files of the same folder only",
        hint=f"if you trust it, replace the link by the file: `cp --remove-destination "
        f"{os.path.realpath(link)} {link}`",
        fault=Fault.SOURCE,
    )


def _too_many(folder: Path) -> Problem:
    return Problem(
        path="model.id",
        message=f"`{folder}` holds more than {MOST_FILES:,} files, so it is not a checkpoint's "
        "folder",
        hint="name the folder that holds config.json",
        fault=Fault.SOURCE,
    )


def _unreadable(folder: Path, error: OSError) -> Problem:
    return Problem(
        path="model.id",
        message=f"`{error.filename or folder}` cannot be read: {error.strerror}",
        fault=Fault.SOURCE,
    )
