"""The repository and the branch that a commit goes to, made where they are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yaie.errors import Fault, Problem, SourceError, UnsupportedError
from yaie.sources.push.errors import mapped, moved, no_hub
from yaie.sources.push.standing import Standing, look
from yaie.sources.push.target import FLAG, Target, Visibility
from yaie.sources.remote import Listing
from yaie.sources.upstream import persistently

if TYPE_CHECKING:
    from huggingface_hub import HfApi

NEW: Visibility = "private"
"""A new repository's visibility where none is asked: what was not said to be public is not."""
_MADE_WITH = frozenset({".gitattributes"})
"""Files that a hub puts into a new repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A branch that is there."""

    repo: str
    visibility: Visibility
    head: Listing


def made_ready(target: Target, seen: Standing, api: HfApi, waits: Sequence[float]) -> Place:
    """The branch, with all that was not there when it was seen made.

    A new repository is looked at before anything is sent: an organisation's settings may have
    made it other than was asked.
    """
    if seen.visibility is None:
        seen = _made(target, seen.repo, api, waits)
    if seen.branch is None:
        seen = _branched(target, seen, api, waits)
    return place_of(seen)


def place_of(seen: Standing) -> Place:
    """The branch of a repository that was looked at."""
    if seen.branch is None or seen.visibility is None:
        raise SourceError(no_hub("what was made is not there"))
    return Place(repo=seen.repo, visibility=seen.visibility, head=seen.branch)


def require_unopened(place: Place, api: HfApi) -> None:
    """Raises UnsupportedError where a repository is not as visible any more as it was."""
    now = look(place.repo, str(place.head.revision), api).visibility
    if now != place.visibility:
        raise UnsupportedError(
            Problem(
                path=FLAG,
                message=f"`{place.repo}` was {place.visibility} and is {now or 'gone'} by now, so"
                " nothing was committed",
                hint="push again if that is as it should be",
                fault=Fault.UNSUPPORTED,
            )
        )


def _made(target: Target, repo: str, api: HfApi, waits: Sequence[float]) -> Standing:
    asked = target.visibility or NEW
    private = asked == "private"
    with mapped(repo):
        persistently(lambda: api.create_repo(repo, private=private, exist_ok=True), waits)
    seen = look(repo, target.branch, api)
    if seen.visibility != asked:
        raise UnsupportedError(_made_otherwise(seen, asked))
    if seen.branch is not None and not _MADE_WITH.issuperset(seen.branch.files):
        raise SourceError(moved(repo, target.branch))
    return seen


def _branched(target: Target, seen: Standing, api: HfApi, waits: Sequence[float]) -> Standing:
    repo, branch = seen.repo, target.branch
    start = seen.main.commit if seen.main else None
    with mapped(repo):
        persistently(
            lambda: api.create_branch(repo, branch=branch, revision=start, exist_ok=True), waits
        )
    seen = look(repo, branch, api)
    if seen.branch is not None and seen.branch.commit != start:
        raise SourceError(moved(repo, branch))
    return seen


def _made_otherwise(seen: Standing, asked: Visibility) -> Problem:
    return Problem(
        path=FLAG,
        message=f"the hub made `{seen.repo}` {seen.visibility} where {asked} was asked, as an"
        " organisation may have set it; nothing was sent, and it is empty",
        hint=f"`hf repos settings {seen.repo} --{asked}`, then push again",
        fault=Fault.UNSUPPORTED,
    )
