"""What keeps a push from the hub, told apart by type and status alone."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Iterator

import httpx2
import pytest
from huggingface_hub import errors, get_session
from huggingface_hub.utils import are_progress_bars_disabled

from yaie.errors import Fault, SourceError
from yaie.sources.push.asking import asking
from yaie.sources.push.errors import mapped, problem_of
from yaie.sources.push.standing import stand
from yaie.sources.push.target import Target

REQUEST = httpx2.Request("POST", "https://huggingface.co/me/model")
AGAIN = "push again later: what the hub has is not sent twice"
LOGIN = "`hf auth login` with a token that may write"


def answered(status: int, kind: type[errors.HfHubHTTPError] = errors.HfHubHTTPError) -> Exception:
    return kind("refused", response=httpx2.Response(status, request=REQUEST))


def caused(error: Exception) -> Exception:
    failed = RuntimeError("Error while uploading 'model.safetensors' to the Hub.")
    failed.__cause__ = error
    return failed


def subclasses(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


@pytest.fixture(autouse=True)
def _hub_with_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://name:secret@hub.example")


UNREACHED = "`https://hub.example` cannot be reached, or fell silent ({})"


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (answered(401), "the hub does not accept the token that is set", LOGIN),
        (answered(403), "this account may not write to `me/model`", LOGIN),
        (answered(409), "the hub could not add to `me/model`, which is being changed", AGAIN),
        (answered(413), "the hub refused what was to be pushed to `me/model` (413)", None),
        (answered(429), "the hub has had too many requests from here", "wait, then push again"),
        (answered(502), "the hub answered 502 when `me/model` was pushed to", AGAIN),
        (caused(answered(502)), "the hub answered 502 when `me/model` was pushed to", AGAIN),
        (RuntimeError("xet"), "what was sent to `me/model` did not all arrive", AGAIN),
        (
            answered(404, errors.RepositoryNotFoundError),
            "`me/model` is not there any more, or this account may not see it",
            LOGIN,
        ),
        (
            errors.LocalTokenNotFoundError("x"),
            "a push needs a token, and none is set",
            f"{LOGIN}, or set `HF_TOKEN`",
        ),
        (
            errors.OfflineModeIsEnabled(),
            "`HF_HUB_OFFLINE` keeps anything from being pushed",
            "unset `HF_HUB_OFFLINE`",
        ),
        (
            httpx2.LocalProtocolError("Illegal header value b'Bearer hf_secret'"),
            "the token that is set has characters that no token has",
            LOGIN,
        ),
        (httpx2.ReadTimeout("x"), UNREACHED.format("ReadTimeout"), AGAIN),
        (ConnectionError("xet"), UNREACHED.format("ConnectionError"), AGAIN),
        (
            OSError(errno.EIO, "Input/output error"),
            "pushing broke off: Input/output error",
            AGAIN,
        ),
        (
            KeyError("commitOid"),
            "`https://hub.example` does not answer as a hub does (KeyError)",
            "check `HF_ENDPOINT`, and that no proxy or sign-in page stands in between",
        ),
    ],
)
def test_a_failure_is_told_with_what_to_do(
    error: Exception, message: str, hint: str | None
) -> None:
    problem = problem_of(error, "me/model", AGAIN)
    assert (problem.message, problem.hint) == (message, hint)
    assert (problem.path, problem.fault) == ("--push", Fault.SOURCE)


def test_before_anything_was_sent_nothing_is_said_of_sending_it_twice() -> None:
    with pytest.raises(SourceError) as raised, mapped("me/model"):
        raise ConnectionError
    assert raised.value.problems[0].hint == "push again later"


def test_every_failure_of_the_transport_and_of_the_hub_is_a_source_error() -> None:
    refusals = {errors.HfHubHTTPError, *subclasses(errors.HfHubHTTPError)}
    failures = [httpx2.HTTPError, *subclasses(httpx2.RequestError)]
    for error in (*(answered(404, kind) for kind in refusals), *(kind("x") for kind in failures)):
        with pytest.raises(SourceError), mapped("me/model"):
            raise error


def test_log_lines_and_bars_are_kept_off_the_terminal_and_come_back() -> None:
    logger = logging.getLogger("huggingface_hub")
    before = logger.level, are_progress_bars_disabled()
    with asking():
        assert not logger.isEnabledFor(logging.WARNING)
        assert are_progress_bars_disabled()
    assert (logger.level, are_progress_bars_disabled()) == before


def test_a_hub_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaie.sources.push.asking.SILENCE", 0.05)
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(SourceError) as caught:
            stand(Target(repo="me/model"), waits=(0,))
    assert caught.value.problems[0].message == (
        f"`{url}` cannot be reached, or fell silent (ReadTimeout)"
    )
    assert get_session().timeout.read is None
