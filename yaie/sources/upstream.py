"""The one seam to huggingface_hub: its failures become problems, told apart by type alone."""

from __future__ import annotations

import errno
import importlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from yaie.errors import Fault, Problem, SourceError, UnreachableError

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

T = TypeVar("T")

WAITS = (1.0, 2.0, 4.0)
"""Seconds before each further attempt: four attempts in all."""

_OVERLOADED = (408, 429)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_OURS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
_ANOTHER_FOLDER = "name a folder that you may write: `model.cache_dir=…`, or set `HF_HOME`"
_LATER = "try again later, or name a folder that holds the files: `model=./folder`"


@contextmanager
def mapped(id: str, revision: str | None = None) -> Iterator[None]:
    """Turns what huggingface_hub and its transport raise into SourceErrors."""
    httpx = transport()
    try:
        yield
    except SourceError:
        raise
    # RuntimeError is how the Rust client for Xet storage says what it has no class for.
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError, RuntimeError) as error:
        raise _class(error)(problem_of(error, id, revision)) from error


def _class(error: BaseException) -> type[SourceError]:
    from huggingface_hub import errors

    httpx = transport()
    match error:
        case errors.LocalEntryNotFoundError() if error.__cause__ is not None:
            return _class(error.__cause__)
        case errors.OfflineModeIsEnabled() | errors.LocalEntryNotFoundError():
            return UnreachableError
        case errors.GatedRepoError() | httpx.NetworkError() | httpx.TimeoutException():
            return UnreachableError
    return SourceError


def persistently(call: Callable[[], T], waits: Sequence[float] = WAITS) -> T:
    """Calls again, after a wait, while the failure is one that may pass."""
    for wait in waits:
        try:
            return call()
        except Exception as error:
            if not may_pass(error):
                raise
        time.sleep(wait)
    return call()


def may_pass(error: Exception) -> bool:
    """Whether the same request may well succeed in a moment."""
    from huggingface_hub.errors import HfHubHTTPError

    httpx = transport()
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return status in _OVERLOADED or status >= 500
    # A bare OSError is how huggingface_hub says that the body was shorter than announced.
    cut_short = type(error) is OSError and error.errno is None
    passing = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
    return cut_short or isinstance(error, passing)


def problem_of(error: BaseException, id: str, revision: str | None = None) -> Problem:
    """What happened and what to do, for anything that fetching can raise."""
    from huggingface_hub import errors

    httpx = transport()
    match error:
        case errors.LocalEntryNotFoundError() if error.__cause__ is not None:
            return problem_of(error.__cause__, id, revision)
        case errors.OfflineModeIsEnabled() | errors.LocalEntryNotFoundError():
            return _problem(
                f"`{id}` is not at hand, and `HF_HUB_OFFLINE` keeps it from being fetched",
                "unset `HF_HUB_OFFLINE`, or name a folder that holds the files: `model=./folder`",
            )
        case errors.GatedRepoError():
            return _problem(
                f"`{id}` is gated: its licence has to be accepted before its files can be fetched",
                f"accept the licence at {_page(id)}, then `hf auth login`",
            )
        case errors.DisabledRepoError():
            return _problem(f"`{id}` has been disabled on the hub", None)
        case errors.RepositoryNotFoundError():
            return _problem(
                f"the hub has no model `{id}`, or it is private",
                "check the spelling; if it is private, `hf auth login`",
            )
        case errors.RevisionNotFoundError():
            return _problem(
                f"`{id}` has no revision `{revision}`",
                f"the branches and tags that there are: {_page(id)}/tree/main",
                path="model.revision",
            )
        case errors.EntryNotFoundError():
            return _problem(
                f"a file that `{id}` listed is not there any more", "load again: it may have moved"
            )
        case errors.HfHubHTTPError():
            return _refused(error, id)
        case errors.FileMetadataError() | json.JSONDecodeError() | errors.HFValidationError():
            return no_hub(id)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return _problem(f"`{endpoint()}` is no address of a hub", "unset `HF_ENDPOINT`")
        case httpx.ProxyError():
            return _problem(
                f"the proxy does not let `{id}` be fetched", "check `HTTPS_PROXY` and `HTTP_PROXY`"
            )
        case httpx.HTTPError():
            return _problem(
                f"`{endpoint()}` cannot be reached for `{id}` ({type(error).__name__})", _LATER
            )
        case OSError(errno=int()):
            return _disk(error)
        case _:
            return _problem(
                f"fetching `{id}` broke off ({type(error).__name__}: {error})", "load again"
            )


def no_hub(id: str) -> Problem:
    """Something answered that is not a hub, such as a sign-in page."""
    return _problem(
        f"`{endpoint()}` does not answer as a hub does when asked for `{id}`",
        "check `HF_ENDPOINT`, and that no proxy or sign-in page stands in between",
    )


def _refused(error: HfHubHTTPError, id: str) -> Problem:
    match error.response.status_code:
        case 401 | 403:
            return _problem(
                f"the hub does not let this account read `{id}`",
                f"ask for access at {_page(id)}, then `hf auth login`",
            )
        case 429:
            return _problem(
                "the hub has had too many requests from here", "wait, or `hf auth login`"
            )
        case status:
            return _problem(f"the hub answered {status} when asked for `{id}`", _LATER)


def _disk(error: OSError) -> Problem:
    if error.errno in _DISK_FULL:
        return _problem(f"the disk is full: {error}", _ANOTHER_FOLDER)
    if error.errno in _NOT_OURS:
        return _problem(f"the hub's cache cannot be written: {error}", _ANOTHER_FOLDER)
    return _problem(f"fetching broke off: {error}", "load again")


def _problem(message: str, hint: str | None, path: str = "model.id") -> Problem:
    return Problem(path=path, message=message, hint=hint, fault=Fault.SOURCE)


def _page(id: str) -> str:
    return f"{endpoint()}/{id}"


def endpoint() -> str:
    """The hub's address as it is set now; huggingface_hub keeps what was set at its import."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def hub_name() -> str:
    """The hub's address without what may be secret in it, a name and a password."""
    return re.sub(r"//[^/@]*@", "//", endpoint())


def transport() -> Any:
    """The HTTP library that huggingface_hub is built on: httpx, by one name or another."""
    return importlib.import_module("huggingface_hub.utils").httpx


def by_xet() -> bool:
    """Whether huggingface_hub sends large files to the hub's Xet storage: wherever hf_xet is
    installed and not switched off, whatever the hub has."""
    from huggingface_hub import constants

    return find_spec("hf_xet") is not None and not constants.HF_HUB_DISABLE_XET
