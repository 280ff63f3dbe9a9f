"""A model repository with branches, commits and large files, kept in memory."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hub import Repository

FIRST = {".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"}
"""What a repository holds when it is made."""


@dataclass
class Snapshot(Repository):
    """A commit: what the repository held after it."""

    folder: Path = Path()
    held: Mapping[str, bytes] = field(default_factory=dict)
    parent: str | None = None
    message: str = ""

    def names(self) -> list[str]:
        return sorted(self.held)

    def content(self, name: str) -> bytes:
        return self.held[name]

    @property
    def commit(self) -> str:
        digest = hashlib.sha1(f"{self.parent}{self.message}".encode())
        for name in self.names():
            digest.update(name.encode() + self.held[name])
        return digest.hexdigest()


@dataclass
class GitRepository(Repository):
    """Branches of snapshots, and the store of large files that commits name."""

    folder: Path = Path()
    commits: dict[str, Snapshot] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    """Name → commit."""
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    """sha256 → a large file."""

    def at(self, revision: str) -> Snapshot | None:
        name = revision or "main"
        found = self.commits.get(self.branches.get(name) or self.tags.get(name) or name)
        if found is not None:
            found.private, found.gated = self.private, self.gated
        return found

    def head(self, branch: str = "main") -> Snapshot:
        return self.commits[self.branches[branch]]

    def history(self, branch: str = "main") -> list[str]:
        """Messages of a branch's commits, the newest first."""
        found, commit = [], self.branches.get(branch)
        while commit is not None:
            found.append(self.commits[commit].message)
            commit = self.commits[commit].parent
        return found

    def add(self, held: Mapping[str, bytes], message: str, branch: str = "main") -> Snapshot:
        """A commit that holds exactly these files."""
        made = Snapshot(held=dict(held), parent=self.branches.get(branch), message=message)
        self.commits[made.commit] = made
        self.branches[branch] = made.commit
        return made

    def write(self, files: Mapping[str, bytes], branch: str = "main") -> Snapshot:
        """A commit of somebody else, that adds files."""
        held = self.head(branch).held if branch in self.branches else {}
        return self.add({**held, **files}, "of somebody else", branch)

    def apply(self, lines: Sequence[dict[str, Any]], branch: str) -> Snapshot | str:
        """The commit that the lines of a request ask for, or why there is none."""
        held, header = dict(self.head(branch).held), lines[0]["value"]
        if header.get("parentCommit", self.branches[branch]) != self.branches[branch]:
            return "A commit has happened since. Please refresh and try again."
        for line in lines[1:]:
            value = line["value"]
            match line["key"]:
                case "file":
                    held[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile" if value["oid"] in self.objects:
                    held[value["path"]] = self.objects[value["oid"]]
                case "deletedFile" if value["path"] in held:
                    del held[value["path"]]
                case key:
                    return f"{key} of `{value['path']}`, which is not there"
        return self.add(held, header["summary"], branch)


def lines_of(body: bytes) -> list[dict[str, Any]]:
    """The documents of an ndjson body."""
    return [json.loads(line) for line in body.splitlines()]
