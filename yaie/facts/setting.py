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


def here() -> Setting:
    """This machine, and the transformers that is installed."""
    return Setting(host=this_host(), catalogue=catalogue())
