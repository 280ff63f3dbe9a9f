"""What the methods of quantisation share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from yaie.spec.group import Group

Names = Annotated[tuple[str, ...], Field(strict=False)]
Mappings = dict[str, dict[str, Any]]
"""Settings of single modules, by name or pattern, in upstream's own form."""


class Method(Group):
    """Base of the methods: their fields bear upstream's names and, bitsandbytes aside, defaults."""


class Skipping(Method):
    """A method with a list of modules that stay as they are."""

    modules_to_not_convert: Names | None = None
    """Modules left unquantised; None: transformers chooses the output head."""
