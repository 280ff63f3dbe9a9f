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
    if spec.model.id.startswith(("pkg://", "~")):
        return str(folder_of(spec.model.id))
    return spec.model.id if not Path(spec.model.id).is_absolute() else str(Path(spec.model.id))
