from __future__ import annotations

import errno
from collections.abc import Iterator

import httpx2
import pytest
from huggingface_hub import errors

from yaie.errors import Fault, SourceError
from yaie.sources.upstream import mapped, may_pass, persistently, problem_of

REQUEST = httpx2.Request("GET", "https://huggingface.co/org/model")


def answered(status: int, kind: type[errors.HfHubHTTPError] = errors.HfHubHTTPError) -> Exception:
    return kind("refused", response=httpx2.Response(status, request=REQUEST))


def subclasses(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


@pytest.fixture(autouse=True)
def _public_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (
            errors.OfflineModeIsEnabled(),
            "`org/model` is not at hand, and `HF_HUB_OFFLINE` keeps it from being fetched",
            "unset `HF_HUB_OFFLINE`, or name a folder that holds the files: `model=./folder`",
        ),
        (
            answered(403, errors.GatedRepoError),
            "`org/model` is gated: its licence has to be accepted before its files can be fetched",
            "accept the licence at https://huggingface.co/org/model, then `hf auth login`",
        ),
        (
            answered(404, errors.RepositoryNotFoundError),
            "the hub has no model `org/model`, or it is private",
            "check the spelling; if it is private, `hf auth login`",
        ),
        (
            answered(404, errors.RevisionNotFoundError),
            "`org/model` has no revision `v9`",
            "the branches and tags that there are: https://huggingface.co/org/model/tree/main",
        ),
        (
            answered(503),
            "the hub answered 503 when asked for `org/model`",
            "try again later, or name a folder that holds the files: `model=./folder`",
        ),
        (
            answered(401),
            "the hub does not let this account read `org/model`",
            "ask for access at https://huggingface.co/org/model, then `hf auth login`",
        ),
        (
            answered(429),
            "the hub has had too many requests from here",
            "wait, or `hf auth login`",
        ),
        (
            httpx2.ConnectError("no route"),
            "`https://huggingface.co` cannot be reached for `org/model` (ConnectError)",
            "try again later, or name a folder that holds the files: `model=./folder`",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "the disk is full: [Errno 28] No space left on device",
            "name a folder that you may write: `model.cache_dir=…`, or set `HF_HOME`",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/cache"),
            "the hub's cache cannot be written: [Errno 13] Permission denied: '/cache'",
            "name a folder that you may write: `model.cache_dir=…`, or set `HF_HOME`",
        ),
        (
            errors.FileMetadataError("no etag"),
            "`https://huggingface.co` does not answer as a hub does when asked for `org/model`",
            "check `HF_ENDPOINT`, and that no proxy or sign-in page stands in between",
        ),
    ],
)
def test_a_failure_is_told_with_what_to_do(error: Exception, message: str, hint: str) -> None:
    problem = problem_of(error, "org/model", "v9")
    assert (problem.message, problem.hint) == (message, hint)


def test_what_the_client_could_not_find_is_told_by_its_cause() -> None:
    error = errors.LocalEntryNotFoundError("look around")
    error.__cause__ = answered(503)
    assert problem_of(error, "org/model").message.startswith("the hub answered 503")


@pytest.mark.parametrize("kind", [httpx2.HTTPError, *subclasses(httpx2.RequestError)])
def test_every_failure_of_the_transport_is_a_source_error(kind: type[Exception]) -> None:
    with pytest.raises(SourceError) as caught, mapped("org/model"):
        raise kind("x")
    assert caught.value.problems[0].fault is Fault.SOURCE


def test_every_refusal_of_the_hub_is_a_source_error() -> None:
    for kind in {errors.HfHubHTTPError, *subclasses(errors.HfHubHTTPError)}:
        with pytest.raises(SourceError), mapped("org/model"):
            raise answered(404, kind)


def test_a_bug_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError), mapped("org/model"):
        raise KeyError("x")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (answered(503), True),
        (answered(429), True),
        (answered(404), False),
        (httpx2.ReadTimeout("x"), True),
        (httpx2.RemoteProtocolError("x"), True),
        (httpx2.ProxyError("x"), False),
        (OSError("body shorter than announced"), True),
        (OSError(errno.ENOSPC, "full"), False),
        (errors.LocalEntryNotFoundError("tried enough"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, passes: bool) -> None:
    assert may_pass(error) == passes


def test_a_call_is_made_once_more_than_it_waits() -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        raise answered(503)

    with pytest.raises(errors.HfHubHTTPError):
        persistently(fail, waits=(0, 0))
    assert len(calls) == 3
