"""What can be wrong with a target without a hub, and what an account may write."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from yaie.sources.push.account import account_of
from yaie.sources.push.target import Target, malformed

NO_REPO = (
    "`{}` cannot be the name of a repository: `name` or `org/name` of ASCII letters, digits, `-`,"
    " `_` and `.`"
)


@pytest.mark.parametrize(
    ("repo", "hint"),
    [
        ("./folder", "`--save ./folder` writes to a folder"),
        ("https://huggingface.co/me/model/tree/main", "`--push me/model`"),
        ("hf://me/model", "`--push me/model`"),
        ("me/model/v1", None),
        ("mé/model", None),
        ("me/model.git", None),
        ("", None),
    ],
)
def test_a_repository_that_cannot_be_is_told_with_what_may_be_meant(
    repo: str, hint: str | None
) -> None:
    (problem,) = malformed(Target(repo=repo))
    assert (problem.message, problem.hint) == (NO_REPO.format(repo), hint)


BRANCHES = [
    *("main", "v1", "feature/x", "a.b", "a-b", "ä"),
    *("a b", "a..b", "-a", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a//b", "/a", "a/"),
    *(".a", "a/.b", "a.lock", "a.", "@{", "a@{b", "HEAD"),
]


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_branch_can_be_what_git_says(branch: str) -> None:
    git = subprocess.run(["git", "check-ref-format", "--branch", branch], capture_output=True)
    told = [p.message for p in malformed(Target(repo="me/model", revision=branch))]
    known = git.returncode == 0 and branch != "HEAD"
    assert told == ([] if known else [f"`{branch}` cannot be the name of a branch"])


def test_a_commit_and_an_empty_message_are_told_together() -> None:
    target = Target(repo="me/model", revision="a" * 40, message=" \n")
    assert [problem.message for problem in malformed(target)] == [
        f"`{'a' * 40}` is a commit, and what is pushed is added to a branch",
        "the message of a commit cannot be empty",
    ]


def told_of(repo: str, **answer: Any) -> list[str]:
    account = account_of({"name": "me", **answer})
    return [p.message for p in (*account.unable(), *account.strange(repo))]


FINE = {"role": "fineGrained"}


@pytest.mark.parametrize(
    ("token", "writes"),
    [
        ({"role": "write"}, True),
        ({"role": "read"}, False),
        ({}, True),
        (FINE, True),
        (FINE | {"fineGrained": {"scoped": [{"permissions": ["repo.write"]}]}}, True),
        (FINE | {"fineGrained": {"scoped": [{"permissions": ["repo.content.read"]}]}}, False),
    ],
)
def test_a_token_that_may_read_only_is_told(token: dict[str, Any], writes: bool) -> None:
    told = told_of("me/model", auth={"accessToken": token})
    assert told == ([] if writes else ["the token that is set may read only"])


def test_a_repository_can_be_made_in_ones_own_organisations_only() -> None:
    orgs = [{"name": "ours", "roleInOrg": "contributor"}, {"name": "theirs", "roleInOrg": "read"}]
    assert told_of("ours/model", orgs=orgs) == []
    assert told_of("theirs/model", orgs=orgs) == ["`me` may only read in `theirs`"]
    assert told_of("else/model", orgs=orgs) == [
        "`else/model` is not there, or not for `me` to see, and `else` is neither that account nor"
        " one of its organisations"
    ]
