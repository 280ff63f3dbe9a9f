"""Standing: what the hub has, under the name that is pushed to, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yaie.errors import Fault, Problem, SourceError, raise_errors
from yaie.sources.push.account import Account, account_of
from yaie.sources.push.asking import asking
from yaie.sources.push.errors import mapped, no_hub
from yaie.sources.push.target import FLAG, MAIN, Target, Visibility, malformed
from yaie.sources.remote import Listing, is_commit, listing_of
from yaie.sources.upstream import WAITS, persistently

if TYPE_CHECKING:
    from huggingface_hub import HfApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A repository as it was seen, by an account that may write to it."""

    repo: str
    """Its full name, `org/name`."""
    visibility: Visibility | None
    """None where there is no such repository yet."""
    branch: Listing | None
    """Files and head of the branch; None where it is not there yet."""
    main: Listing | None
    """Head of `main`, which a new branch starts from; None where there is no repository."""

    @property
    def start(self) -> Listing | None:
        """What is there before the push."""
        return self.branch or self.main


def stand(target: Target, waits: Sequence[float] = WAITS) -> Standing:
    """What is there, and that it may be written; asks only, and changes nothing.

    Raises YaieError with every reason why the target cannot be pushed to.
    """
    raise_errors(malformed(target))
    with asking() as (api, _):
        account = _account(target, api, waits)
        raise_errors(account.unable())
        seen = look(account.full(target.repo), target.branch, api)
        if seen.visibility is None:
            raise_errors(account.strange(seen.repo))
            return seen
        problems = (*_no_branch(target, seen, api), *_no_right(seen, api), *unlike(target, seen))
        raise_errors(problems)
    return seen


def look(repo: str, branch: str, api: HfApi) -> Standing:
    """The repository as it is now."""
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    def ask(revision: str) -> tuple[Listing, Visibility]:
        info = persistently(lambda: api.model_info(repo, revision=revision, files_metadata=True))
        if not is_commit(info.sha):
            raise SourceError(no_hub("without a commit"))
        return listing_of(info, repo, revision), "private" if info.private else "public"

    with mapped(repo):
        try:
            main, visibility = ask(MAIN)
        except RepositoryNotFoundError:
            return Standing(repo=repo, visibility=None, branch=None, main=None)
        if branch == MAIN:
            return Standing(repo=repo, visibility=visibility, branch=main, main=main)
        try:
            listing, visibility = ask(branch)
        except RevisionNotFoundError:
            listing = None
    return Standing(repo=repo, visibility=visibility, branch=listing, main=main)


def unlike(target: Target, seen: Standing) -> Iterator[Problem]:
    """A repository that is not as visible as was asked; its visibility is not ours to change."""
    if target.visibility in (None, seen.visibility):
        return
    yield Problem(
        path=FLAG,
        message=f"`{seen.repo}` is {seen.visibility}, and `--{target.visibility}` was asked",
        hint=f"push to another repository, or `hf repos settings {seen.repo}"
        f" --{target.visibility}` first",
        fault=Fault.UNSUPPORTED,
    )


def _account(target: Target, api: HfApi, waits: Sequence[float]) -> Account:
    with mapped(target.repo):
        return account_of(persistently(api.whoami, waits))


def _no_right(seen: Standing, api: HfApi) -> Iterator[Problem]:
    """Asked of the hub itself; one that knows no such question says it when it is pushed to."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    try:
        with mapped(seen.repo):
            persistently(lambda: api.auth_check(seen.repo, write=True))
    except SourceError as error:
        cause = error.__cause__
        unknown = isinstance(cause, HfHubHTTPError) and cause.response.status_code in (404, 405)
        if not unknown or isinstance(cause, RepositoryNotFoundError):
            yield from error.problems


def _no_branch(target: Target, seen: Standing, api: HfApi) -> Iterator[Problem]:
    """A revision that is there and is no branch."""
    if target.branch == MAIN or seen.branch is None:
        return
    with mapped(seen.repo):
        refs = persistently(lambda: api.list_repo_refs(seen.repo))
    if target.branch in {ref.name for ref in refs.branches}:
        return
    kind = "a tag" if target.branch in {ref.name for ref in refs.tags} else "a commit"
    yield Problem(
        path=FLAG,
        message=f"`{target.branch}` is {kind} of `{seen.repo}`, and what is pushed is added to a"
        " branch",
        hint="`--revision` with a branch's name",
        fault=Fault.UNSUPPORTED,
    )
