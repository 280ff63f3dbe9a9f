"""What a hub repository holds at one commit, and whether what came is what was listed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.errors import Fault, Problem, SourceError
from yaie.sources.names import is_inside

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo, RepoSibling

_BLOCK = 1 << 22
_COMMIT = re.compile(r"[0-9a-f]{40}")


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


def is_commit(name: str | None) -> bool:
    """Whether it has the form that the hub gives to a commit."""
    return _COMMIT.fullmatch(name or "") is not None


def listing_of(info: ModelInfo, id: str, revision: str | None) -> Listing:
    """The files in an answer of the hub; names that lead out of the repository are left out."""
    files = {s.rfilename: _remote(s) for s in info.siblings or () if is_inside(s.rfilename)}
    return Listing(id=id, revision=revision, commit=str(info.sha), files=files)


def require_as_sent(path: Path, file: RemoteFile) -> None:
    """Raises SourceError, and removes the file, when it is not what the hub listed.

    huggingface_hub checks the size alone, and would keep a damaged file for good.
    """
    if agrees(path, file):
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


def agrees(path: Path, file: RemoteFile) -> bool:
    """Whether a file here has the content that the hub lists."""
    return path.stat().st_size == file.bytes and _digest_agrees(path, file)


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


def _remote(sibling: RepoSibling) -> RemoteFile:
    return RemoteFile(
        bytes=sibling.size or 0,
        sha256=sibling.lfs.sha256 if sibling.lfs else None,
        git_oid=None if sibling.lfs else sibling.blob_id,
    )
