"""What a load needs of the machine's packages; every rule that needs one asks here."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, said
from yaie.rules.reading import older


def lacking(
    path: str,
    subject: str,
    package: str,
    facts: Facts,
    *,
    minimum: str | None = None,
    below: str | None = None,
    instead: str | None = None,
    install: str | None = None,
) -> Iterator[Problem]:
    """A problem if the package is not there, older than `minimum`, or not older than `below`.

    `subject` says what needs it (`` `bnb_4bit` ``), `instead` an override that goes without it.
    Where nothing is known of the machine's packages, what it must have is said, and not refused.
    """
    version = facts.host.packages.get(package)
    if version is None:
        state = "which is not installed"
        wanted = f"the package `{package}`"
    elif minimum is not None and older(facts, package, minimum):
        state = f"and {version} is here"
        wanted = f"{package} {minimum} or newer"
    elif below is not None and version is not None and not older(facts, package, below):
        state = f"and {version} is here"
        wanted = f"{package} before {below}"
    else:
        return
    to_install = f"`pip install {install or package}`"
    if not facts.host.packages_known:
        yield said(path, f"{subject} needs {wanted} on that machine", to_install)
        return
    hint = f"{instead}, or {to_install}" if instead else to_install
    yield refused(path, f"{subject} needs {wanted}, {state}", hint)
