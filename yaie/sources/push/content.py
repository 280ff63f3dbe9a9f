"""What a push brings to a branch, and what is told of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Problem
from yaie.sources.push.target import Visibility
from yaie.sources.upstream import hub_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a branch is to hold."""

    files: Mapping[str, Path]
    """Path in the repository → file here."""
    card: bytes
    """README.md of a repository that has none."""
    message: str
    """The commit's, where the target has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a repository holds after a push, as the hub says."""

    repo: str
    """Its full name."""
    branch: str
    commit: str
    visibility: Visibility
    files: int
    """Of the checkpoint; others of the repository are not counted."""
    bytes: int
    uploaded_bytes: int
    """That the hub did not have; 0 where nothing had to be committed."""
    removed: tuple[str, ...]
    """Files of the checkpoint that was there before."""
    seconds: float = 0.0
    warnings: tuple[Problem, ...] = ()

    @property
    def url(self) -> str:
        """The branch's page."""
        return f"{hub_name()}/{self.repo}/tree/{self.branch}"

    def as_json(self) -> dict[str, object]:
        """As the receipt has it."""
        return {
            "repo": self.repo,
            "url": self.url,
            "revision": self.branch,
            "commit": self.commit,
            "private": self.visibility == "private",
            "files": self.files,
            "bytes": self.bytes,
            "uploaded_bytes": self.uploaded_bytes,
            "removed": list(self.removed),
            "seconds": round(self.seconds, 4),
        }
