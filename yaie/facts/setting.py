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


def on_host(name: str) -> Setting:
    """A machine by its name, `2xh100`; `this` is the one here. Raises InputError for no name."""
    # The table of machines is read for a name alone.
    from yaie.facts.hosts import named_host

    return Setting(host=named_host(name), catalogue=catalogue())


def here() -> Setting:
    """This machine, and the transformers that is installed."""
    return Setting(host=this_host(), catalogue=catalogue())
