"""Target: where files are to be pushed, as it was asked; judged by its form alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from yaie.errors import Fault, Problem
from yaie.sources.cache import is_revision
from yaie.sources.names import is_hub_id, meant

FLAG = "--push"
MAIN = "main"
Visibility = Literal["private", "public"]

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_MOST_MESSAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A branch of a model repository, and what is to be true of it."""

    repo: str
    """`org/name`, or `name` of the account's own."""
    visibility: Visibility | None = None
    """What the repository has to be; None: a new one is private, one that is there stays so."""
    revision: str | None = None
    """The branch; None for `main`."""
    message: str | None = None
    """Of the commit; None for one that names what is pushed."""

    @property
    def branch(self) -> str:
        return self.revision or MAIN


def malformed(target: Target) -> Iterator[Problem]:
    """What of a target can be wrong without a hub."""
    if not is_hub_id(target.repo):
        yield _wrong(
            f"`{target.repo}` cannot be the name of a repository: `name` or `org/name` of ASCII"
            " letters, digits, `-`, `_` and `.`",
            _hint(target.repo),
        )
    yield from _malformed_branch(target.branch)
    if target.message is not None and not target.message.strip():
        yield _wrong("the message of a commit cannot be empty", "leave `--message` out")
    elif len(target.message or "") > _MOST_MESSAGE:
        yield _wrong(f"the message of a commit has at most {_MOST_MESSAGE:,} characters")


def _hint(repo: str) -> str | None:
    if repo.startswith((".", "/", "~")):
        return f"`--save {repo}` writes to a folder"
    return f"`{FLAG} {found}`" if (found := meant(repo)) else None


def _malformed_branch(branch: str) -> Iterator[Problem]:
    if _COMMIT.fullmatch(branch):
        yield _wrong(
            f"`{branch}` is a commit, and what is pushed is added to a branch",
            "`--revision` with a branch's name",
        )
    elif not _is_branch(branch):
        yield _wrong(
            f"`{branch}` cannot be the name of a branch", "`--revision v1`, or leave it out"
        )


def _is_branch(name: str) -> bool:
    """As git has it, in `git help check-ref-format`; names of git's own are none."""
    parts = name.split("/")
    return (
        is_revision(name)
        and "@{" not in name
        and name not in ("@", "HEAD")
        and parts[0] != "refs"
        and all(part and part[0] != "." and not part.endswith((".", ".lock")) for part in parts)
    )


def _wrong(message: str, hint: str | None = None) -> Problem:
    return Problem(path=FLAG, message=message, hint=hint, fault=Fault.INPUT)
