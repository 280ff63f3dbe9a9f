"""What keeps a push from the hub, as problems, told apart by type and status alone.

No text of an exception is shown: a transport's may hold the token, an upload's the signed address.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yaie.errors import Fault, Problem, SourceError
from yaie.sources.push.target import FLAG
from yaie.sources.upstream import by_xet, hub_name, transport

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

LATER = "push again later"
AGAIN = f"{LATER}: what the hub has is not sent twice"
"""The same, once something may have been sent."""
_LOGIN = "`hf auth login` with a token that may write"
_MOST_WORDS = 300


@contextmanager
def mapped(repo: str, again: str = LATER) -> Iterator[None]:
    """Turns what huggingface_hub, its transport and the disk raise into SourceErrors."""
    httpx = transport()
    try:
        yield
    except SourceError:
        raise
    # The last three are how huggingface_hub meets an answer that is not as agreed.
    except (
        *(OSError, httpx.HTTPError, httpx.InvalidURL),
        *(ValueError, RuntimeError, AttributeError, KeyError, TypeError),
    ) as error:
        raise SourceError(problem_of(error, repo, again)) from error


def problem_of(error: BaseException, repo: str, again: str = LATER) -> Problem:
    """What happened and what to do, for anything that pushing can raise."""
    from huggingface_hub import errors

    httpx = transport()
    match error:
        case RuntimeError() if error.__cause__ is not None:
            # How huggingface_hub says of which file an upload failed.
            return problem_of(error.__cause__, repo, again)
        case RuntimeError():
            # How the client of Xet storage says what it has no class for.
            return problem(f"what was sent to `{repo}` did not all arrive", again)
        case errors.LocalTokenNotFoundError():
            return problem("a push needs a token, and none is set", f"{_LOGIN}, or set `HF_TOKEN`")
        case errors.OfflineModeIsEnabled():
            return problem(
                "`HF_HUB_OFFLINE` keeps anything from being pushed", "unset `HF_HUB_OFFLINE`"
            )
        case errors.DisabledRepoError():
            return problem(f"`{repo}` has been disabled on the hub")
        case errors.RepositoryNotFoundError() | errors.RevisionNotFoundError():
            return problem(
                f"`{repo}` is not there any more, or this account may not see it", _LOGIN
            )
        case errors.HfHubHTTPError():
            return _refused(error, repo, again)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return problem(f"`{hub_name()}` is no address of a hub", "unset `HF_ENDPOINT`")
        case httpx.LocalProtocolError() | UnicodeEncodeError():
            return problem("the token that is set has characters that no token has", _LOGIN)
        case httpx.ProxyError():
            return problem(
                f"the proxy does not let `{repo}` be pushed to",
                "check `HTTPS_PROXY` and `HTTP_PROXY`",
            )
        case ConnectionError() if by_xet():
            # Its storage is another address, and what is raised does not tell which was meant.
            return problem(
                f"`{hub_name()}` or its Xet storage cannot be reached, or fell silent",
                f"{AGAIN}; or set `HF_HUB_DISABLE_XET=1` where a hub has no such storage",
            )
        case httpx.HTTPError() | ConnectionError() | TimeoutError():
            return problem(
                f"`{hub_name()}` cannot be reached, or fell silent ({type(error).__name__})", again
            )
        case OSError(errno=int()) if not isinstance(error, json.JSONDecodeError):
            return problem(f"pushing broke off: {os.strerror(error.errno or 0)}", again)
        case _:
            return no_hub(type(error).__name__)


def no_hub(how: str) -> Problem:
    """Something answered that is not a hub, such as a sign-in page."""
    return problem(
        f"`{hub_name()}` does not answer as a hub does ({how})",
        "check `HF_ENDPOINT`, and that no proxy or sign-in page stands in between",
    )


def problem(message: str, hint: str | None = None) -> Problem:
    """A problem of a source, at the flag."""
    return Problem(path=FLAG, message=message, hint=hint, fault=Fault.SOURCE)


def moved(repo: str, branch: str) -> Problem:
    """Somebody else has committed since it was looked at."""
    return problem(
        f"somebody has committed to `{branch}` of `{repo}` meanwhile, so nothing was changed",
        "look at what came, then push again",
    )


def is_conflict(error: BaseException) -> bool:
    """Whether the hub did not commit because the branch is not as it was."""
    from huggingface_hub.errors import HfHubHTTPError

    return isinstance(error, HfHubHTTPError) and error.response.status_code in (409, 412)


def _refused(error: HfHubHTTPError, repo: str, again: str) -> Problem:
    said = _words(error)
    match error.response.status_code:
        case 401:
            return problem(f"the hub does not accept the token that is set{said}", _LOGIN)
        case 403:
            return problem(f"this account may not write to `{repo}`{said}", _LOGIN)
        case 409 | 412:
            return problem(
                f"the hub could not add to `{repo}`, which is being changed{said}", again
            )
        case 429:
            return problem("the hub has had too many requests from here", "wait, then push again")
        case status if status >= 500:
            return problem(f"the hub answered {status} when `{repo}` was pushed to", again)
        case status:
            return problem(f"the hub refused what was to be pushed to `{repo}` ({status}){said}")


def _words(error: HfHubHTTPError) -> str:
    """The hub's own words, less what must not be told."""
    from huggingface_hub import get_token

    words = " ".join((error.server_message or "").split())
    for secret in filter(None, (get_token(),)):
        words = words.replace(secret, "…")
    shown = words if len(words) <= _MOST_WORDS else words[:_MOST_WORDS] + " …"
    return f": {shown}" if shown else ""
