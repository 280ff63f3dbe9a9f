"""Given: what a user gives a model, so that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MODALITIES = {"--prompt": "text", "--text": "text", "--image": "image", "--audio": "audio"}
"""Flag → what a processor must take for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Inputs by the flags that say them; pickle takes it, for each rank answers for itself."""

    prompt: str | None = None
    """What a generation goes on from, or answers."""
    texts: tuple[str, ...] = ()
    images: tuple[str | Path, ...] = ()
    """Files that Pillow reads."""
    audio: tuple[str | Path, ...] = ()
    """Files that libsndfile reads."""
    max_new_tokens: int | None = None
    """Where a generation ends at the latest; None: where the checkpoint's generation config says,
    else after `generation.MOST_NEW_TOKENS`."""

    @property
    def counts(self) -> dict[str, int]:
        """Flag → how often it was given; those that were not are left out."""
        counted = {
            "--prompt": int(self.prompt is not None),
            "--text": len(self.texts),
            "--image": len(self.images),
            "--audio": len(self.audio),
        }
        return {flag: number for flag, number in counted.items() if number}

    @property
    def words(self) -> tuple[str, ...]:
        """Every text among it, a prompt first."""
        return (*(() if self.prompt is None else (self.prompt,)), *self.texts)
