"""What a hub repository holds at one commit, and whether what came is what was listed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError

_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One file, as the hub lists it."""

    bytes: int
    sha256: str | None
    """Of the content; None for a small file, which git keeps itself."""
    git_oid: str | None
    """git's own SHA-1 of a small file; None where the hub does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A repository's files at one commit."""

    id: str
    revision: str | None
    """As it was asked."""
    commit: str
    files: Mapping[str, RemoteFile]

    @property
    def sizes(self) -> dict[str, int]:
        """Path → bytes."""
        return {name: file.bytes for name, file in self.files.items()}


def require_as_sent(path: Path, file: RemoteFile) -> None:
    """Raises SourceError, and removes the file, when it is not what the hub listed.

    huggingface_hub checks the size alone, and would keep a damaged file for good.
    """
    if path.stat().st_size == file.bytes and _digest_agrees(path, file):
        return
    discard(path)
    raise SourceError(
        Problem(
            path="model.id",
            message=f"`{path.name}` came damaged: it is not what the hub lists, and was removed",
            hint="load again to fetch it anew",
            fault=Fault.SOURCE,
        )
    )


def discard(path: Path) -> None:
    """Removes a file of a snapshot, and the blob that it links to."""
    blob = path.resolve()
    path.unlink()
    blob.unlink(missing_ok=True)


def _digest_agrees(path: Path, file: RemoteFile) -> bool:
    if file.sha256 is not None:
        return _digest(path, hashlib.sha256()) == file.sha256
    if file.git_oid is not None:
        header = f"blob {file.bytes}\0".encode()
        return _digest(path, hashlib.sha1(header, usedforsecurity=False)) == file.git_oid
    return True


def _digest(path: Path, digest: hashlib._Hash) -> str:
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
