"""Setting: where a load is to happen, be it here or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.facts.catalogue import Catalogue, catalogue
from yaie.facts.host import HostFacts, this_host


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The machine that a load is for, and the release of transformers on it."""

    host: HostFacts
    catalogue: Catalogue


def named(host: str = "this", transformers: str = "installed") -> Setting:
    """A machine and a release by their names, `2xh100` and `4.57`; the defaults are what is here.

    Raises InputError for what has no such name.
    """
    # The tables of machines and releases are read for a name alone.
    from yaie.facts.hosts import named_host
    from yaie.facts.shipped import catalogue_of

    return Setting(host=named_host(host), catalogue=catalogue_of(transformers))


def here() -> Setting:
    """This machine, and the transformers that is installed."""
    return Setting(host=this_host(), catalogue=catalogue())
