"""A folder written beside another and put in its place: the old or the new one, never a mixture.

What is written is in a hidden folder beside, on the same file system, flushed to disk before it
takes the place of the old one, and the place itself is flushed before the old one is removed.

- On Linux, where the file system can exchange two names (ext4, xfs, btrfs, tmpfs): at every point
  of time, killed or without power, the whole old folder or the whole new one is in place.
- Elsewhere (macOS, NFS, some FUSE) the old one is renamed first. Killed between two renames,
  nothing is in place; old and new are both whole beside it, and the next save puts the old back.
- What a killed run leaves beside is removed by the next save to the same place, or by hand:
  `.NAME.saving-*`.

Concurrent saves to one place write apart from each other; the last one to end is what stays.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yaie.loading.writeback import written_back

_STAGING = ".saving-"
_ASIDE = ".before-"
ADDED = len(f".{_STAGING}") + 8
"""Bytes that the name of the folder beside has more."""
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT_EXCHANGE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})


@contextmanager
def replaced(place: Path) -> Iterator[Path]:
    """An empty folder to write to, which is in place afterwards unless what is done within raises.

    The place is no symlink. Files come to have the permissions that the umask gives.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    staging = place.with_name(f".{place.name}{_STAGING}{secrets.token_hex(4)}")
    with _alone_in(place.parent):
        _tidy(place)
        os.mkdir(staging)
        lock = _locked(staging)
    try:
        with written_back(staging):
            yield staging
        flush(staging)
        with _alone_in(place.parent):
            _put(staging, place)
    finally:
        if os.path.lexists(staging):
            shutil.rmtree(staging)
        os.close(lock)


def flush(folder: Path) -> None:
    """Gives files the permissions that the umask gives (safetensors writes 0600), and has all of
    the folder written to disk."""
    # A folder that was just made tells the umask; asking the process for it would set it.
    mode = folder.stat().st_mode & 0o666
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(parent, name)
            path.chmod(mode)
            _synced(path)
        _synced(Path(parent))


def _put(staging: Path, place: Path) -> None:
    if not os.path.lexists(place):
        os.rename(staging, place)
        _synced(place.parent)
    elif _exchanged(staging, place):
        _synced(place.parent)
    else:
        _put_by_turns(staging, place)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two names could be exchanged at once, which they then are."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    if (code := ctypes.get_errno()) in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _put_by_turns(staging: Path, place: Path) -> None:
    aside = place.with_name(f".{place.name}{_ASIDE}{secrets.token_hex(4)}")
    os.rename(place, aside)
    try:
        os.rename(staging, place)
    except OSError:
        os.rename(aside, place)
        raise
    _synced(place.parent)
    shutil.rmtree(aside)


def _tidy(place: Path) -> None:
    """Puts back what a killed run had set aside, and removes what it left beside."""
    for aside in _beside(place, _ASIDE):
        if os.path.lexists(place):
            shutil.rmtree(aside)
        else:
            os.rename(aside, place)
            _synced(place.parent)
    for staging in _beside(place, _STAGING):
        if _is_abandoned(staging):
            shutil.rmtree(staging)


def _beside(place: Path, mark: str) -> list[Path]:
    prefix = f".{place.name}{mark}"
    return [place.with_name(n) for n in os.listdir(place.parent) if n.startswith(prefix)]


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One process at a time renames and removes; the others wait."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        _lock(lock, wait=True)
        yield
    finally:
        os.close(lock)


def _locked(folder: Path) -> int:
    """A descriptor that tells others, while this process lives, that the folder is used."""
    lock = os.open(folder, os.O_RDONLY)
    _lock(lock, wait=False)
    return lock


def _is_abandoned(staging: Path) -> bool:
    """Whether nobody writes to it any more."""
    lock = os.open(staging, os.O_RDONLY)
    try:
        return _lock(lock, wait=False)
    finally:
        os.close(lock)


def _lock(descriptor: int, *, wait: bool) -> bool:
    """Whether the lock was had; a file system without locks gives none, and nothing is removed."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
