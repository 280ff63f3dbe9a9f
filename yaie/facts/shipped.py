"""Releases of transformers whose catalogues come with yaie, by the names that people give them."""

from __future__ import annotations

import re
from functools import cache

from yaie.errors import InputError, Problem
from yaie.facts.catalogue import SHIPPED, Catalogue, catalogue
from yaie.facts.packages import installed, release
from yaie.spec.wording import nearest, quoted

_FILE = re.compile(r"catalogue-(?P<version>[\d.]+)\.jsonl\.gz")
INSTALLED = "installed"
"""Names the release that is installed."""


@cache
def shipped_releases() -> tuple[str, ...]:
    """Every release whose catalogue is here, the oldest first."""
    found = (_FILE.fullmatch(file.name) for file in SHIPPED.iterdir())
    return tuple(sorted((match["version"] for match in found if match), key=release))


def catalogue_of(asked: str) -> Catalogue:
    """The catalogue of a release: `4.57.6`, the newest of a line (`4.57`, `5`), or `installed`.

    Raises InputError for a release that none is shipped of.
    """
    here = installed()["transformers"]
    named = here if asked == INSTALLED else _newest(asked, (*shipped_releases(), here))
    if named is None:
        raise InputError(_unknown(asked))
    return catalogue() if named == here else _read(named)


def _newest(asked: str, known: tuple[str, ...]) -> str | None:
    """The newest release of a line; `4.5` is no line of `4.57.6`."""
    of_line = [version for version in known if f"{version}.".startswith(f"{asked}.")]
    return max(of_line, key=release, default=None)


@cache
def _read(version: str) -> Catalogue:
    return Catalogue((SHIPPED / f"catalogue-{version}.jsonl.gz").read_bytes())


def _unknown(asked: str) -> Problem:
    known = shipped_releases()
    near = _nearest(asked, known)
    return Problem(
        path="",
        message=f"no catalogue of transformers `{asked}` comes with yaie; those that do are of"
        f" {quoted(known, shown=len(known))}",
        hint=f"`--transformers {near}`",
    )


def _nearest(asked: str, known: tuple[str, ...]) -> str:
    """The release next to the one asked, by its numbers; by its letters where it has none."""
    wanted = release(asked)
    if not wanted:
        return nearest(asked, known) or known[-1]
    older = [version for version in known if release(version) <= wanted]
    newer = [version for version in known if release(version) > wanted]
    same_line = [v for v in (*newer[:1], *older[-1:]) if release(v)[:1] == wanted[:1]]
    return (same_line or newer[:1] or older[-1:])[0]
