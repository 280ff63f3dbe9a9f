"""The four ways in which a rule speaks; path first, then message, then hint."""

from __future__ import annotations

from yaie.errors import Fault, Problem


def wrong(path: str, message: str, hint: str | None = None) -> Problem:
    """An error in what was typed: a name or a value that does not exist."""
    return Problem(path=path, message=message, hint=hint, fault=Fault.INPUT)


def refused(path: str, message: str, hint: str | None = None) -> Problem:
    """An error in what was meant: well formed, but not supported or does not fit."""
    return Problem(path=path, message=message, hint=hint, fault=Fault.UNSUPPORTED)


def absent(path: str, message: str, hint: str | None = None) -> Problem:
    """An error of the source: a file that is needed is not there."""
    return Problem(path=path, message=message, hint=hint, fault=Fault.SOURCE)


def said(path: str, message: str, hint: str | None = None) -> Problem:
    """A warning: worth saying, nothing is refused."""
    return Problem(
        path=path, message=message, hint=hint, severity="warning", fault=Fault.UNSUPPORTED
    )
