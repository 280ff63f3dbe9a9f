"""A push: looked at, made ready, sent, committed once onto the head that was seen, read back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from yaie.errors import Fault, MismatchError, Problem, SourceError
from yaie.sources.download import Progress, silent
from yaie.sources.push.asking import asking
from yaie.sources.push.change import change
from yaie.sources.push.content import Content, Pushed
from yaie.sources.push.errors import AGAIN, is_conflict, mapped, moved
from yaie.sources.push.place import Place, made_ready, place_of, require_unopened
from yaie.sources.push.standing import Standing, look
from yaie.sources.push.target import FLAG, Target
from yaie.sources.push.upload import Upload
from yaie.sources.remote import Listing
from yaie.sources.upstream import WAITS, may_pass
from yaie.spec.wording import quoted

if TYPE_CHECKING:
    from huggingface_hub import HfApi


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
    with asking() as (api, said):
        place = made_ready(target, seen, api, waits)
        wanted = change(content.files, content.card, place.head)
        upload = Upload(wanted, progress)
        if wanted:
            with mapped(place.repo, AGAIN):
                upload.send(api, place.repo, target.branch)
            require_unopened(place, api)
            commit = _committed(target, content, place.head, upload, api, waits)
            place = _proved(place.repo, commit, content, upload, api)
    return Pushed(
        repo=place.repo,
        branch=target.branch,
        commit=place.head.commit,
        visibility=place.visibility,
        files=len(content.files),
        bytes=sum(file.stat().st_size for file in content.files.values()),
        uploaded_bytes=upload.sent,
        removed=wanted.removed,
        warnings=tuple(_warned(said)),
    )


def _warned(messages: Iterable[str]) -> Iterator[Problem]:
    for message in messages:
        yield Problem(path=FLAG, message=f"huggingface_hub says: {message}", severity="warning")


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
            with mapped(head.id, AGAIN):
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


def _proved(repo: str, commit: str, content: Content, upload: Upload, api: HfApi) -> Place:
    """The repository at the commit; MismatchError where it lists other than was pushed."""
    place = place_of(look(repo, commit, api))
    there = place.head.files
    if wrong := [name for name in content.files if not upload.agrees(name, there.get(name))]:
        raise MismatchError(
            Problem(
                path=FLAG,
                message=f"commit `{commit}` of `{repo}` does not hold {quoted(wrong, 3)} as pushed",
                hint="push again",
                fault=Fault.MISMATCH,
            )
        )
    return place
