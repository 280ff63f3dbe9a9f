"""A push: looked at, made ready, sent, committed once onto the head that was seen, read back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.errors import Fault, MismatchError, Problem, SourceError, UnsupportedError, raise_errors
from yaie.sources.download import Progress, silent
from yaie.sources.push.change import change
from yaie.sources.push.errors import is_conflict, mapped, moved, no_hub, quieted
from yaie.sources.push.standing import Standing, hub, look, unlike
from yaie.sources.push.target import FLAG, Target, Visibility
from yaie.sources.push.upload import Upload
from yaie.sources.remote import Listing
from yaie.sources.upstream import WAITS, hub_name, may_pass, persistently
from yaie.spec.wording import quoted

if TYPE_CHECKING:
    from huggingface_hub import HfApi

NEW: Visibility = "private"
"""A new repository's visibility where none is asked: what was not said to be public is not."""


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


def push(
    target: Target,
    content: Content,
    seen: Standing,
    *,
    progress: Progress = silent,
    waits: Sequence[float] = WAITS,
) -> Pushed:
    """Makes a branch hold the content, in one commit onto the head that was seen; in none where it
    holds it already.

    Raises UnsupportedError where the repository is of another visibility than asked, SourceError
    where the hub fails or somebody else has committed: the branch is as before then. MismatchError
    where the hub lists other files afterwards than were pushed.
    """
    with quieted() as said:
        api = hub()
        seen, head = _made_ready(target, seen, api, waits)
        wanted = change(content.files, content.card, head)
        upload = Upload(wanted, progress)
        if wanted:
            with mapped(seen.repo):
                upload.send(api, seen.repo, target.branch)
            raise_errors(unlike(target, look(seen.repo, target.branch, api)))
            commit = _committed(target, content, head, upload, api, waits)
            seen, head = _proved(seen.repo, commit, content, upload, api)
    return Pushed(
        repo=seen.repo,
        branch=target.branch,
        commit=head.commit,
        visibility=seen.visibility or NEW,
        files=len(content.files),
        bytes=sum(file.stat().st_size for file in content.files.values()),
        uploaded_bytes=upload.sent,
        removed=wanted.removed,
        warnings=tuple(_warned(said)),
    )


def _warned(messages: Iterable[str]) -> Iterator[Problem]:
    for message in messages:
        yield Problem(path=FLAG, message=f"huggingface_hub says: {message}", severity="warning")


def _made_ready(
    target: Target, seen: Standing, api: HfApi, waits: Sequence[float]
) -> tuple[Standing, Listing]:
    """The repository with its branch, each made where it is not there, and the branch's head.

    A new repository is looked at before anything is sent: an organisation's settings may have
    made it other than was asked.
    """
    repo = seen.repo
    if seen.visibility is None:
        asked = target.visibility or NEW
        private = asked == "private"
        with mapped(repo):
            persistently(lambda: api.create_repo(repo, private=private, exist_ok=True), waits)
        seen = look(seen.repo, target.branch, api)
        if seen.visibility != asked:
            raise UnsupportedError(_made_otherwise(seen, asked))
    if seen.branch is None:
        branch, start = target.branch, seen.main
        with mapped(repo):
            persistently(
                lambda: api.create_branch(repo, branch=branch, revision=start, exist_ok=True), waits
            )
        seen = look(seen.repo, target.branch, api)
    return _headed(seen)


def _headed(seen: Standing) -> tuple[Standing, Listing]:
    if seen.branch is None:
        raise SourceError(no_hub("what was made is not there"))
    return seen, seen.branch


def _committed(
    target: Target,
    content: Content,
    head: Listing,
    upload: Upload,
    api: HfApi,
    waits: Sequence[float],
) -> str:
    """The commit onto the head; tried again where that may help, for it can land only once."""
    summary, _, description = (target.message or content.message).strip().partition("\n")
    for wait in (*waits, None):
        try:
            made = api.create_commit(
                head.id,
                upload.operations,
                commit_message=summary,
                commit_description=description.strip(),
                revision=target.branch,
                parent_commit=head.commit,
            )
            return str(made.oid)
        except Exception as error:
            with mapped(head.id):
                # The answer may have been lost, and the commit not.
                unsure = may_pass(error) or is_conflict(error)
                if unsure and (landed := _landed(target, content, head, api)):
                    return landed
                if wait is None or not may_pass(error):
                    raise
        time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _landed(target: Target, content: Content, head: Listing, api: HfApi) -> str | None:
    """The branch's commit if it holds the content; None while its head is the one that was seen.

    Raises SourceError where somebody else has moved it.
    """
    now = look(head.id, target.branch, api).branch
    if now is not None and now.commit == head.commit:
        return None
    if now is None or change(content.files, content.card, now):
        raise SourceError(moved(head.id, target.branch))
    return now.commit


def _proved(
    repo: str, commit: str, content: Content, upload: Upload, api: HfApi
) -> tuple[Standing, Listing]:
    """The repository at the commit; MismatchError where it lists other than was pushed."""
    seen, head = _headed(look(repo, commit, api))
    if wrong := [name for name in content.files if not upload.agrees(name, head.files.get(name))]:
        raise MismatchError(
            Problem(
                path=FLAG,
                message=f"commit `{commit}` of `{repo}` does not hold {quoted(wrong, 3)} as pushed",
                hint="push again",
                fault=Fault.MISMATCH,
            )
        )
    return seen, head


def _made_otherwise(seen: Standing, asked: Visibility) -> Problem:
    return Problem(
        path=FLAG,
        message=f"the hub made `{seen.repo}` {seen.visibility} where {asked} was asked, as an"
        " organisation may have set it; nothing was sent, and it is empty",
        hint=f"`hf repos settings {seen.repo} --{asked}`, then push again",
        fault=Fault.UNSUPPORTED,
    )
