"""What from_pretrained is given as the place of a checkpoint."""

from __future__ import annotations

from pathlib import Path

from yaie.sources.locate import folder_of
from yaie.spec.load_spec import LoadSpec


def location(spec: LoadSpec) -> str:
    """The hub id or path as asked; a path that only yaie understands, spelled out.

    Paths below the working directory stay relative, so that a printed program can be moved.
    """
    if spec.model.id is None:
        raise ValueError("a model by architecture alone has no location")
    return place_of(spec.model.id)


def place_of(id: str) -> str:
    """The same for any id, an adapter's too."""
    if id.startswith(("pkg://", "~")):
        return str(folder_of(id))
    return id if not Path(id).is_absolute() else str(Path(id))
